"""The months of all languages, as one writes a day with them: days of birth, of cards and in words look here."""

from __future__ import annotations

from itertools import groupby

from bot.safety.redaction.words import word_set

ENGLISH_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
"""As an alternative of a rule."""

MONTHS = frozenset(ENGLISH_MONTHS.split("|")) | word_set("""
    januar jänner februar feber märz maerz mai juni juli oktober dezember janvier février fevrier mars avril juin
    juillet août aout septembre octobre novembre décembre decembre enero febrero marzo abril mayo junio julio agosto
    septiembre setiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre
    dicembre janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro januari februari maart
    mei augustus maj augusti desember stycznia lutego marca kwietnia maja czerwca lipca sierpnia września
    października listopada grudnia января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня ocak şubat mart nisan
    mayıs haziran temmuz ağustos eylül ekim kasım aralık tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta
    kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta ledna února března dubna května června
    července srpna září října prosince január február március április május június július augusztus szeptember
    október ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie ιανουαρίου
    φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου يناير
    فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر رمضان شعبان شوال رجب محرم
    صفر muharram safar rajab shaaban ramadan shawwal siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza
    rujna studenoga prosinca maret agustus januarie listopadu marz
    """)
"""In the form in which one tells a day."""

SHORT_MONTHS = word_set("""
    jan janv feb fév fev mar mrt apr avr abr jun jul juil aug ago sep sept set oct okt ott out nov dec déc dez dic
    ene gen mag giu lug mär
    """)
"""As they are cut in figures and on cards."""


def _one_of(words: frozenset[str]) -> str:
    """An alternative of words, the longest first, by their first letters: so a rule looks at few of them."""
    letters = groupby(sorted(words), key=lambda word: word[0])
    return "|".join(
        f"{letter}(?:{'|'.join(sorted((w[1:] for w in of), key=len, reverse=True))})" for letter, of in letters
    )


MONTH = _one_of(MONTHS | SHORT_MONTHS)
SHORT_MONTH = _one_of(SHORT_MONTHS | {"may", "juin", "mai", "maart", "mei"})
"""As alternatives of a rule."""
