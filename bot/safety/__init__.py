"""What is risky, what must always be said, what must never be stored.

Everything here is pure: plain functions on plain values, no file, no network, no clock, no Rasa. The order of
decisions is fixed and is the order of the categories handed to `Triage`: emergencies first, then what a
clinician has to answer. Absence of a finding is not a promise of safety; it only means that the words did not fit
any rule. A classifier on the sentence embedding (`bot.understanding`) looks at the same message on its own.
"""
