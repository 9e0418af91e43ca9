"""What papers, cars, locks and accounts of other countries carry, behind words of their languages and in their letters:
numbers of registers, plates, passwords, e-mail addresses and handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety.redaction.spans import Span

NUMBER, PASSWORD, E_MAIL, HANDLE = "[number]", "[password]", "[e-mail]", "[handle]"

_PAPER = (
    r"番号|号码|번호|診察券|予約|受付|保険証|保険者|被保険者|記号|会員|患者|口座|免許証|旅券|パスポート|在留カード|マイナンバー|問い合わせ|追跡|"
    r"身份证|身分證|护照|護照|社保卡|医保卡|医保|病历|病歷|就诊卡|预约|預約|订单|訂單|快递|单号|單號|运单|银行卡|卡号|账号|帳號|"
    r"会员|會員|工号|学号|驾照|등록|주민등록|여권|계좌|예약|환자|회원|운송장|"
    r"الهوية(?: الوطنية)?|هويتي|الإقامة|إقامتي|جواز(?:ي| السفر)?|الحساب|حسابي|الآيبان|الملف|ملفي|الشحنة|الطلب|"
    r"الحجز|التأمين|"
    r"البطاقة|ІПН|РНОКПП|паспорт|полис|поліс|СНИЛС|ИНН|договор|договір|заказ|замовлення|накладна|ТТН|посылк[аи]|трек|"
    r"картка|картк[аиу]|карт[аыу]|рахунок|сч[её]т|справа|дело|медкарт[аы]|ת\.?ז\.?|תעודת זהות|דרכון|חשבון|ΑΜΚΑ|ΑΦΜ|"
    r"ταυτότητα|διαβατήριο|λογαριασμός|เลขบัตร|บัตรประชาชน|พัสดุ|आधार|पासपोर्ट|खाता"
)
_ITS_NUMBER = re.compile(
    rf"(?:{_PAPER})(?:\s?(?:番号|号码|號碼|编号|号|號|번호|رقم\w?|номер|запис|серія|серия|מספר|αριθμός|नंबर|no\.?|№|は|が|是|为|為|"
    rf"이|는|은|هو|هي|[:：#=])){{0,4}}\s{{0,2}}"
    rf"(?P<value>(?=[^\d\n]{{0,6}}\d)[A-ZА-ЯІ]{{0,4}}[ -]?\d[\dA-Z]{{1,20}}(?:[ ・·./-]\d[\dA-Z]{{1,9}}){{0,5}})"
    r"(?![\dA-Za-z]|[.,]\d|\s?(?:円|元|名|人|個|个|歳|岁|分|時|%))"
)
_WHERE_ENTERED = (
    r"COREN|CRM|CRO|CRP|CRF|CREFITO|OAB|RQE|SUSEP|col(?:egiad[oa])?\.?|n[ºo°]\.? ?col\.?|RPPS|ADELI|FINESS|AGB|"
    r"BIG-?(?:nummer)?|NPWZ|PWZ|GMC|NMC|GDC|HCPC|LANR|BSNR|P\.? ?IVA|[Pp]artita IVA|SIRET|SIREN|KRS|REGON|NIP|"
    r"ЄДРПОУ|ОГРН|ОКПО|KvK|USt-?Id(?:Nr)?\.?|HRB|HRA|IČO?|DIČ|CUI|ΓΕΜΗ|sicil(?: no)?|diploma tescil(?: no)?|"
    r"poliçe(?: no)?|"
    r"dosya(?: no)?|protokol no|c[eé]dula (?:prof(?:esional)?\.?)|mat(?:r[ií]cula)?\.? (?:prof\w*|nacional)|MN|MP"
)
_ENTERED = re.compile(
    rf"(?<![\w.])(?:{_WHERE_ENTERED})(?:[-/ ][A-Z]{{2}})?(?:\s?(?:n[ºo°r]\.?|no\.?|[:#])){{0,2}}\s{{0,2}}"
    r"(?P<value>\d{1,3}(?:[. ]\d{3}){1,3}(?:[-/]\d{1,4})?(?:[- ]?[A-Z]{2,5}(?!\w))?|"
    r"\d{4,14}(?:[-/][A-Z\d]{1,5})?(?: [A-Z]{3,5}(?!\w))?)"
    r"(?![\w%]|[.,]\d|\s?(?:mg|ml|€|\$|euros?))"
)
"""Where doctors, lawyers and houses are entered: "COREN 722.341", "colegiado 30660"."""
_FORMS = re.compile(
    r"(?<![\w./-])(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{2}\.\d{3}\.\d{3}-[\dxX]"
    r"|[A-ZÑ&]{4}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z\d]{3}|\d{1,2}\.\d{3}\.\d{3}-[\dkK]"
    r"|\d{6}[-+A]\d{3}[\dA-Y])(?![\w/-]|[.]\d)"
)
"""CPF and CNPJ, RG, RFC, RUT and the number of a Finn, in the form that nothing else has."""
_IDENTITY = re.compile(
    r"(?i:\b(?:dow[óo]d\w{0,2}(?: osobist\w{2,4})?|paszport\w{0,2}|id card|identity card|"
    r"osobn[aáý]\w{0,5}(?: karta)?|"
    r"občansk\w{2,4}(?: průkaz)?|osobná|buletin\w{0,3}|ci seria|carte? d'identit[éà]|carta d'identità|"
    r"ausweis\w{0,6}|passport|pasaport\w{0,2}|pass|kimlik\w{0,4}|patente|permis|führerschein))[^\d.!?\n]{0,20}?\s"
    r"(?P<value>[A-Z]{1,3} \d{5,9}|[A-Z]{2,3}\d{5,9}[A-Z]{0,2})(?!\w)"
)
_CARS = re.compile(
    r"(?:[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·・. -]?[A-Z\d]{5,6}(?![A-Z\d]))"
    r"|[\u4e00-\u9fff]{2,4}\s?\d{2,3}\s?[\u3041-\u3094]\s?\d{1,2}-?\d{2}(?!\d)|(?<![\d가-힣])\d{2,3}[가-힣]\s?\d{4}(?!\d)"
    r"|(?<!\w)[АВЕІКМНОРСТХ]{2}\s?\d{4}\s?[АВЕІКМНОРСТХ]{2}(?!\w)|"
    r"(?<!\w)[АВЕКМНОРСТУХ]\s?\d{3}\s?[АВЕКМНОРСТУХ]{2}(?:\s?\d{2,3})?(?!\w)"
)
"""Plates of China, Japan, Korea, Ukraine and Russia."""

_LOCK = re.compile(
    r"(?:密码|密碼|验证码|驗證碼|口令|暗証番号|パスワード|合言葉|비밀번호|비번|인증번호|암호|كلمة (?:السر|المرور)|"
    r"الرقم السري|"
    r"رمز (?:الباب|الدخول|التحقق)|كود|пароль|пін-?код|пин-?код|код (?:від|от|на|до)?"
    r"\s?(?:двер\w{1,4}|домофон\w?|під'їзд\w?|"
    r"подъезд\w?|"
    r"ворот\w?|хвіртк\w|калитк\w)|סיסמה|סיסמא|קוד|รหัส(?:ผ่าน|ประตู)?|पासवर्ड|κωδικός|mật khẩu|kata sandi)"
    r"(?:\s?(?:は|が|是|为|為|는|은|이|هو|هي|є|это|הוא|คือ|है|είναι|là|adalah|[:：=])){0,2}\s{0,2}"
    r"(?P<value>(?=[^\s\d]{0,20}\d)[#*]?[\w!#$%&*@.-]{3,30}?)"
    r"(?=[^\w!#$%&*@.-]|[\u3041-\u30ff\u4e00-\u9fff가-힣]|"
    r"[.,!]?(?:\s|\Z))",
    re.IGNORECASE,
)
_TO_OPEN = re.compile(
    r"\b(?:code|pin|kod|kodu|código|codice|koodi|kode)\s(?:for|to|of|pour|para|per|zum|für|do|voor|om|till|til)\s"
    r"(?:the\s)?(?:tak\w{1,4}|pick\w{0,6}(?:\sup)?|collect\w{0,4}|receiv\w{1,4}|open\w{0,4}|get\w{0,5}|"
    r"enter\w{0,4}|unlock\w{0,4}|"
    r"locker|odbi\w{2,5}|abhol\w{2,4}|retrait|retirer|recog\w{2,5}|retirada|ritir\w{1,4}|ophalen|hämta|hente)"
    r"(?:\s(?:it|the|my|parcel|package)){0,2}(?:\s?(?:is|:))?\s(?P<value>\d{3,8})(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_SEED = re.compile(
    r"\b(?:seed|recovery|mnemonic|secret|backup|wallet|wiederherstellung\w{0,8}|récupération|"
    r"recuperación)\b[^:\n]{0,40}"
    r"(?::|\bis\b|\bare\b)\s{0,2}(?P<value>(?:[a-z]{3,8}[\s,]{1,2}){11}[a-z]{3,8}(?:(?:["
    r"\s,]{1,2}[a-z]{3,8}){12})?)(?!\w)",
)
"""Twelve or twenty-four words by which a wallet is opened."""
_AT_SOMEWHERE = re.compile(
    r"\s?(?:アットマーク|アット|あっと|圈[aA]|艾特|小老鼠|آت|ات|ايت|골뱅이|앳|แอท|ет|ат|собачка|собака|"
    r"равлик|παπάκι|एट|שטרודל|a còng|a móc|(?<=\s)et(?=\s[\w.-]{2,30}\snokta))\s?[^\W_][\w-]{1,30}?\s?"
    r"(?:\.|ドット|どっと|点|點|نقطة|دوت|닷|점|ดอท|крапка|точка|τελεία|डॉट|נקודה|nokta|chấm)\s?"
    r"(?:[A-Za-z]{2,10}|كوم|نت|컴|コム|ком|юа|ру|कॉम|קום)(?:\s?(?:\.|nokta|نقطة)\s?[a-z]{2,3})?(?![A-Za-z])",
)
_WHO = re.compile(r"[A-Za-z\d][\w.+-]{1,40}\Z")
_WHO_AT_MOST = 42
"""Letters of what stands before the sign, looked for from the sign backwards: so a long text costs what it is long."""
_ON_THE_NET = re.compile(
    r"(?:微信号?|微博|抖音|小红书|QQ号?|(?<!\w)LINE|ライン|インスタ|ツイッター|カカオ|카톡|카카오톡|인스타|텔레그램|라인|انستا\w{0,4}|"
    r"تويتر|سناب\w{0,4}|تلي?[جق]رام|телеграм\w?|телеграмм|телег[аеу]|тг|інст[аі]\w{0,6}|инст[ае]\w{0,6}|"
    r"вайбер\w?|вотсап|"
    r"ватсап|טלגרם|אינסטגרם|ไลน์|ไอดีไลน์|zalo)(?:\s?(?:ID|id|Id|号|账号|帳號|アカウント|の|は|是|が|아이디|는|은|ник|нік|мій|мой|حسابي|"
    r"[:：=])){0,4}\s{0,2}(?P<value>@?[A-Za-z][A-Za-z\d_.-]{2,40})(?![A-Za-z\d_])"
)


def registers_of(text: str) -> Iterator[Span]:
    """All of them in a plain text."""
    for found in _SEED.finditer(text):
        yield Span(found.start("value"), found.end("value"), PASSWORD)
    if not text.isascii():
        yield from _mails(text)
        for found in _ON_THE_NET.finditer(text):
            yield Span(found.start("value"), found.end("value"), HANDLE)
    elif " nokta " in text:
        yield from _mails(text)
    if not any(map(str.isdigit, text)):
        return
    for kind, label in ((_ENTERED, NUMBER), (_IDENTITY, NUMBER), (_TO_OPEN, PASSWORD)):
        for found in kind.finditer(text):
            yield Span(found.start("value"), found.end("value"), label)
    yield from (Span(found.start(), found.end(), NUMBER) for found in _FORMS.finditer(text))
    if not text.isascii():
        for found in _LOCK.finditer(text):
            yield Span(found.start("value"), found.end("value"), PASSWORD)
        for found in _ITS_NUMBER.finditer(text):
            if sum(map(str.isdigit, found["value"])) >= 3:
                yield Span(found.start("value"), found.end("value"), NUMBER)
        yield from (Span(found.start(), found.end(), NUMBER) for found in _CARS.finditer(text))


def _mails(text: str) -> Iterator[Span]:
    for found in _AT_SOMEWHERE.finditer(text):
        start = max(found.start() - _WHO_AT_MOST, 0)
        if (who := _WHO.search(text[start : found.start()])) is not None:
            yield Span(start + who.start(), found.end(), E_MAIL)
