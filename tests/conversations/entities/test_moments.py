"""Days and times in customers' words, in seven languages, against a Monday: 2026-11-30."""

from datetime import date

import pytest

from doorstep.conversations.entities import entities_in
from doorstep.domain.talking.understood import Entity, EntityKind

TODAY = date(2026, 11, 30)

# Written after the grammar was frozen, in four sets, each measured before the grammar was touched again: docs/rules/entities.md.
# (language, region, text, day or first..last, window)
PHRASES = [
    ("en", "US", "Can you bring it the day after tomorrow between 10 and noon?", "2026-12-02", "10:00-12:00"),
    ("en", "GB", "friday evening would be best", "2026-12-04", "17:00-21:00"),
    ("en", "US", "any time before 3pm on Wednesday", "2026-12-02", "-15:00"),
    ("en", "GB", "I'm only home on Saturdays until 1", "2026-12-05", "-13:00"),
    ("en", "US", "please deliver Dec 15th after 6:30pm", "2026-12-15", "18:30-"),
    ("en", "US", "i wont be in till 4 tmrw", "2026-12-01", "16:00-"),
    ("en", "GB", "from thursday onwards, mornings only", "2026-12-03..", "08:00-12:00"),
    ("en", "US", "not before next Monday", "2026-12-07..", ""),
    ("en", "US", "sometime between the 8th and the 11th", "2026-12-08..2026-12-11", ""),
    ("es", "ES", "¿Pueden venir pasado mañana a partir de las 4?", "2026-12-02", "16:00-"),
    ("es", "MX", "el viernes entre 9 y 11 de la mañana", "2026-12-04", "09:00-11:00"),
    ("es", "ES", "mejor el sábado antes del mediodía", "2026-12-05", "-12:00"),
    ("es", "ES", "la semana que viene, cualquier tarde", "2026-12-07..2026-12-13", "12:00-17:00"),
    ("es", "ES", "mañana de 17 a 19 h", "2026-12-01", "17:00-19:00"),
    ("es", "ES", "a partir del 15 de diciembre", "2026-12-15..", ""),
    ("es", "MX", "hoy no, el miércoles después de las 6 pm", "2026-12-02", "18:00-"),
    ("es", "ES", "el 10/12 a las ocho y cuarto", "2026-12-10", "08:15-08:15"),
    ("es", "ES", "dentro de tres días por la noche", "2026-12-03", "17:00-21:00"),
    ("fr", "FR", "Je serai là mercredi matin", "2026-12-02", "08:00-12:00"),
    ("fr", "FR", "plutôt vendredi après 17h30", "2026-12-04", "17:30-"),
    ("fr", "FR", "livrez-moi samedi avant midi", "2026-12-05", "-12:00"),
    ("fr", "FR", "pas avant le 14 décembre", "2026-12-14..", ""),
    ("fr", "FR", "après-demain entre 9 heures et 11 heures", "2026-12-02", "09:00-11:00"),
    ("fr", "FR", "dans trois jours, en début de soirée", "2026-12-03", "17:00-21:00"),
    ("fr", "FR", "la semaine prochaine si possible", "2026-12-07..2026-12-13", ""),
    ("fr", "FR", "ce soir après 19h", "2026-11-30", "19:00-"),
    ("fr", "FR", "lundi ou mardi prochain de 8h à 10h", "2026-12-07..2026-12-08", "08:00-10:00"),
    ("de", "DE", "Bitte am Donnerstag zwischen 15 und 18 Uhr", "2026-12-03", "15:00-18:00"),
    ("de", "DE", "morgen früh vor 10", "2026-12-01", "-10:00"),
    ("de", "DE", "nächste Woche Mittwoch ab 17 Uhr", "2026-12-09", "17:00-"),
    ("de", "DE", "Samstagvormittag wäre super", "2026-12-05", "08:00-12:00"),
    ("de", "DE", "erst nach dem 20. Dezember wieder", "2026-12-21..", ""),
    ("de", "DE", "heute geht nicht, lieber Freitag bis 14 Uhr", "2026-12-04", "-14:00"),
    ("de", "DE", "um halb vier am 3.12.", "2026-12-03", "15:30-15:30"),
    ("de", "DE", "in zwei Tagen abends", "2026-12-02", "17:00-21:00"),
    ("de", "DE", "vom 7. bis 9. Dezember bin ich da", "2026-12-07..2026-12-09", ""),
    ("it", "IT", "giovedì mattina dalle 9 alle 12", "2026-12-03", "09:00-12:00"),
    ("it", "IT", "potete consegnare dopodomani prima delle 15?", "2026-12-02", "-15:00"),
    ("it", "IT", "sabato pomeriggio va bene", "2026-12-05", "12:00-17:00"),
    ("it", "IT", "dal 10 dicembre in poi", "2026-12-10..", ""),
    ("it", "IT", "domani sera verso le 20", "2026-12-01", "20:00-20:00"),
    ("it", "IT", "lunedì prossimo tra le 14 e le 16:30", "2026-12-07", "14:00-16:30"),
    ("it", "IT", "fra tre giorni", "2026-12-03", ""),
    ("it", "IT", "entro venerdì", "..2026-12-04", ""),
    ("it", "IT", "il 12 alle cinque e mezza", "2026-12-12", "17:30-17:30"),
    ("pt", "BR", "quinta-feira à tarde, por favor", "2026-12-03", "12:00-17:00"),
    ("pt", "BR", "amanhã depois das 14h", "2026-12-01", "14:00-"),
    ("pt", "PT", "sábado entre as 10 e as 12", "2026-12-05", "10:00-12:00"),
    ("pt", "BR", "só a partir do dia 8", "2026-12-08..", ""),
    ("pt", "BR", "semana que vem de manhã", "2026-12-07..2026-12-13", "08:00-12:00"),
    ("pt", "BR", "hoje à noite até as 21h", "2026-11-30", "-21:00"),
    ("pt", "PT", "depois de amanhã às 9 e meia", "2026-12-02", "09:30-09:30"),
    ("pt", "BR", "dia 15/12 das 13h às 18h", "2026-12-15", "13:00-18:00"),
    ("pt", "BR", "daqui a 4 dias", "2026-12-04", ""),
    ("hi", "IN", "parso subah 10 baje se pehle", "2026-12-02", "-10:00"),
    ("hi", "IN", "कल दोपहर 2 से 5 बजे के बीच", "2026-12-01", "14:00-17:00"),
    ("hi", "IN", "shanivar ko shaam me bhejna", "2026-12-05", "17:00-21:00"),
    ("hi", "IN", "अगले हफ्ते सोमवार को", "2026-12-07", ""),
    ("hi", "IN", "aaj 6 baje ke baad ghar par hu", "2026-11-30", "18:00-"),
    ("hi", "IN", "शुक्रवार सुबह 9 बजे तक", "2026-12-04", "-09:00"),
    ("hi", "IN", "5 tarikh ko dopahar me", "2026-12-05", "12:00-17:00"),
    ("hi", "IN", "do din baad deliver kar dena", "2026-12-02", ""),
    ("hi", "IN", "ravivar ya somvar ko kabhi bhi", "2026-12-06..2026-12-07", ""),
    ("en", "US", "would Tuesday morning work?", "2026-12-01", "08:00-12:00"),
    ("en", "GB", "I can do the 9th, half past two", "2026-12-09", "14:30-14:30"),
    ("en", "US", "12/14 between 1:30 and 4", "2026-12-14", "13:30-16:00"),
    ("en", "GB", "14/12 in the afternoon", "2026-12-14", "12:00-17:00"),
    ("en", "GB", "could we say Weds or Thurs next week, late afternoon", "2026-12-09..2026-12-10", "12:00-17:00"),
    ("en", "US", "im away until the 10th", "..2026-12-10", ""),
    ("en", "US", "deliver by noon tomorrow", "2026-12-01", "-12:00"),
    ("en", "GB", "Sunday from 8am till 10am", "2026-12-06", "08:00-10:00"),
    ("es", "ES", "¿podría ser el martes que viene a las 10?", "2026-12-01", "10:00-10:00"),
    ("es", "ES", "entre el 9 y el 12 de diciembre", "2026-12-09..2026-12-12", ""),
    ("es", "MX", "pasado mañana por la tarde después de las 3", "2026-12-02", "15:00-"),
    ("es", "ES", "estoy en casa los jueves de 16 a 20 horas", "2026-12-03", "16:00-20:00"),
    ("es", "ES", "este fin de semana por la mañana", "2026-12-05..2026-12-06", "08:00-12:00"),
    ("es", "ES", "antes del viernes", "..2026-12-03", ""),
    ("es", "MX", "mañana a mediodía", "2026-12-01", "12:00-14:00"),
    ("es", "ES", "el 3 de enero, a partir de las 18:30", "2027-01-03", "18:30-"),
    ("es", "ES", "como muy tarde a las 2 de la tarde", "", "-14:00"),
    ("fr", "FR", "demain dans l'après-midi vers 15h", "2026-12-01", "15:00-15:00"),
    ("fr", "FR", "je ne suis pas là avant jeudi", "2026-12-03..", ""),
    ("fr", "FR", "le mardi 8 décembre entre 8h30 et 12h", "2026-12-08", "08:30-12:00"),
    ("fr", "FR", "jusqu'à 20h vendredi soir", "2026-12-04", "-20:00"),
    ("fr", "FR", "à partir de lundi", "2026-12-07..", ""),
    ("fr", "FR", "ce week-end, de préférence le matin", "2026-12-05..2026-12-06", "08:00-12:00"),
    ("fr", "FR", "pouvez-vous passer le 11 au matin", "2026-12-11", "08:00-12:00"),
    ("fr", "FR", "d'ici vendredi", "..2026-12-04", ""),
    ("fr", "FR", "samedi prochain de 14 à 16 heures", "2026-12-05", "14:00-16:00"),
    ("de", "DE", "Mittwochnachmittag passt mir gut", "2026-12-02", "12:00-17:00"),
    ("de", "DE", "könnten Sie am 7.12. gegen 11 Uhr kommen", "2026-12-07", "11:00-11:00"),
    ("de", "DE", "frühestens Donnerstag", "2026-12-03..", ""),
    ("de", "DE", "diesen Freitag zwischen 8:30 und 10", "2026-12-04", "08:30-10:00"),
    ("de", "DE", "ich bin erst ab 18 Uhr zu Hause, morgen", "2026-12-01", "18:00-"),
    ("de", "DE", "Montag oder Dienstag nächster Woche vormittags", "2026-12-07..2026-12-08", "08:00-12:00"),
    ("de", "DE", "bis spätestens Samstag", "..2026-12-05", ""),
    ("de", "DE", "übermorgen von neun bis zwölf", "2026-12-02", "09:00-12:00"),
    ("de", "DE", "am ersten Januar nicht, am 2. Januar schon", "2027-01-02", ""),
    ("it", "IT", "mercoledì dopo pranzo", "2026-12-02", "12:00-17:00"),
    ("it", "IT", "va bene venerdì 4 dicembre alle 9:30", "2026-12-04", "09:30-09:30"),
    ("it", "IT", "non prima di giovedì", "2026-12-03..", ""),
    ("it", "IT", "la prossima settimana, di mattina", "2026-12-07..2026-12-13", "08:00-12:00"),
    ("it", "IT", "oggi dopo le 17:30", "2026-11-30", "17:30-"),
    ("it", "IT", "sabato o domenica", "2026-12-05..2026-12-06", ""),
    ("it", "IT", "tra le nove e le undici di lunedì", "2026-12-07", "09:00-11:00"),
    ("it", "IT", "dal 7 al 10 dicembre sono a casa", "2026-12-07..2026-12-10", ""),
    ("it", "IT", "il 15/12 entro le 13", "2026-12-15", "-13:00"),
    ("pt", "BR", "pode ser na terça de manhã?", "2026-12-01", "08:00-12:00"),
    ("pt", "BR", "entre os dias 8 e 10 de dezembro", "2026-12-08..2026-12-10", ""),
    ("pt", "PT", "quarta-feira a partir das 17h30", "2026-12-02", "17:30-"),
    ("pt", "BR", "no sábado antes do meio-dia", "2026-12-05", "-12:00"),
    ("pt", "BR", "só estarei em casa depois do dia 12", "2026-12-13..", ""),
    ("pt", "BR", "segunda ou terça que vem, das 9h às 11h", "2026-12-07..2026-12-08", "09:00-11:00"),
    ("pt", "PT", "sexta às duas e meia", "2026-12-04", "14:30-14:30"),
    ("pt", "BR", "amanhã cedo", "2026-12-01", "08:00-12:00"),
    ("pt", "BR", "este fim de semana à tarde", "2026-12-05..2026-12-06", "12:00-17:00"),
    ("hi", "IN", "कल सुबह 11 बजे के बाद भेजें", "2026-12-01", "11:00-"),
    ("hi", "IN", "budhwar ko 3 baje se 5 baje tak", "2026-12-02", "15:00-17:00"),
    ("hi", "IN", "is weekend pe shaam ko", "2026-12-05..2026-12-06", "17:00-21:00"),
    ("hi", "IN", "15 दिसंबर को दोपहर 1 बजे से पहले", "2026-12-15", "-13:00"),
    ("hi", "IN", "kal nahi, parso bhejo", "2026-12-02", ""),
    ("hi", "IN", "mangalwar ko raat 8 baje", "2026-12-01", "20:00-20:00"),
    ("hi", "IN", "अगले सोमवार सुबह", "2026-12-07", "08:00-12:00"),
    ("hi", "IN", "3 din baad subah ke time", "2026-12-03", "08:00-12:00"),
    ("hi", "IN", "somvar se pehle nahi", "2026-12-07..", ""),
    ("en", "US", "I'd like it on Thursday, sometime after four", "2026-12-03", "16:00-"),
    ("en", "US", "reschedule for 12/9 please, morning", "2026-12-09", "08:00-12:00"),
    ("en", "US", "in five days", "2026-12-05", ""),
    ("en", "GB", "Tue 8 Dec, 9-11", "2026-12-08", "09:00-11:00"),
    ("en", "US", "no later than December 10", "..2026-12-10", ""),
    ("en", "GB", "the 5th or 6th, before lunch", "2026-12-05..2026-12-06", "08:00-12:00"),
    ("en", "US", "sat 2pm-5pm", "2026-12-05", "14:00-17:00"),
    ("en", "US", "can u do tmrw nite", "2026-12-01", "17:00-21:00"),
    ("es", "ES", "el próximo lunes entre las 8 y las 10", "2026-12-07", "08:00-10:00"),
    ("es", "ES", "para el día 9 por la mañana", "2026-12-09", "08:00-12:00"),
    ("es", "MX", "hoy en la noche después de las 7", "2026-11-30", "19:00-"),
    ("es", "ES", "viernes a las 5 y media de la tarde", "2026-12-04", "17:30-17:30"),
    ("es", "ES", "no estaré hasta el jueves", "2026-12-03..", ""),
    ("es", "ES", "del 14 al 18 de diciembre", "2026-12-14..2026-12-18", ""),
    ("es", "MX", "en dos días antes de las 12", "2026-12-02", "-12:00"),
    ("es", "ES", "cualquier día de la próxima semana", "2026-12-07..2026-12-13", ""),
    ("es", "ES", "sábado o domingo, desde las 10", "2026-12-05..2026-12-06", "10:00-"),
    ("fr", "FR", "mardi à partir de 18 heures", "2026-12-01", "18:00-"),
    ("fr", "FR", "le 9 décembre dans la matinée", "2026-12-09", "08:00-12:00"),
    ("fr", "FR", "jeudi ou vendredi après-midi", "2026-12-03..2026-12-04", "12:00-17:00"),
    ("fr", "FR", "demain avant 9h30", "2026-12-01", "-09:30"),
    ("fr", "FR", "entre le 10 et le 12", "2026-12-10..2026-12-12", ""),
    ("fr", "FR", "dans une semaine", "2026-12-07", ""),
    ("fr", "FR", "mercredi prochain vers midi", "2026-12-02", "12:00-12:00"),
    ("fr", "FR", "du lundi au mercredi de 9h à 12h", "2026-12-07..2026-12-09", "09:00-12:00"),
    ("de", "DE", "Freitagabend nach 19 Uhr", "2026-12-04", "19:00-"),
    ("de", "DE", "am 10. Dezember zwischen 13:00 und 15:30 Uhr", "2026-12-10", "13:00-15:30"),
    ("de", "DE", "kommenden Samstag vormittags", "2026-12-05", "08:00-12:00"),
    ("de", "DE", "Mittwoch oder Donnerstag ab viertel nach fünf", "2026-12-02..2026-12-03", "17:15-"),
    ("de", "DE", "in drei Tagen, am liebsten nachmittags", "2026-12-03", "12:00-17:00"),
    ("de", "DE", "bis 12 Uhr morgen", "2026-12-01", "-12:00"),
    ("de", "DE", "ab nächster Woche", "2026-12-07..", ""),
    ("de", "DE", "am 24.12. vormittag", "2026-12-24", "08:00-12:00"),
    ("de", "DE", "zwischen dem 8. und 10. Dezember", "2026-12-08..2026-12-10", ""),
    ("it", "IT", "martedì 8 dicembre nel pomeriggio", "2026-12-08", "12:00-17:00"),
    ("it", "IT", "domani tra le 10 e mezzogiorno", "2026-12-01", "10:00-12:00"),
    ("it", "IT", "venerdì dalle 17 in poi", "2026-12-04", "17:00-"),
    ("it", "IT", "prima di giovedì", "..2026-12-02", ""),
    ("it", "IT", "il 9 o il 10, di mattina", "2026-12-09..2026-12-10", "08:00-12:00"),
    ("it", "IT", "questo weekend dopo le 11", "2026-12-05..2026-12-06", "11:00-"),
    ("it", "IT", "stasera alle 19:30", "2026-11-30", "19:30-19:30"),
    ("it", "IT", "dopo il 15 dicembre", "2026-12-16..", ""),
    ("it", "IT", "tra due settimane", "2026-12-14", ""),
    ("pt", "BR", "na quinta entre 14h e 18h", "2026-12-03", "14:00-18:00"),
    ("pt", "BR", "depois de amanhã pela manhã", "2026-12-02", "08:00-12:00"),
    ("pt", "PT", "no dia 10 de dezembro às 11h30", "2026-12-10", "11:30-11:30"),
    ("pt", "BR", "sexta ou sábado à noite", "2026-12-04..2026-12-05", "17:00-21:00"),
    ("pt", "BR", "até sexta-feira", "..2026-12-04", ""),
    ("pt", "BR", "hoje não, amanhã depois das 5 da tarde", "2026-12-01", "17:00-"),
    ("pt", "BR", "do dia 7 ao dia 9", "2026-12-07..2026-12-09", ""),
    ("pt", "BR", "domingo de manhã antes das 11", "2026-12-06", "-11:00"),
    ("hi", "IN", "kal subah 9 se 12 baje", "2026-12-01", "09:00-12:00"),
    ("hi", "IN", "guruwar ko 5 baje ke baad", "2026-12-03", "17:00-"),
    ("hi", "IN", "रविवार को शाम 4 बजे तक", "2026-12-06", "-16:00"),
    ("hi", "IN", "10 december ko subah", "2026-12-10", "08:00-12:00"),
    ("hi", "IN", "aaj nahi kal bhejna", "2026-12-01", ""),
    ("hi", "IN", "परसों दोपहर में", "2026-12-02", "12:00-17:00"),
    ("hi", "IN", "agle hafte kabhi bhi", "2026-12-07..2026-12-13", ""),
    ("hi", "IN", "shukrawar ya shaniwar shaam 6 baje", "2026-12-04..2026-12-05", "18:00-18:00"),
    ("hi", "IN", "12 तारीख के बाद", "2026-12-13..", ""),
    ("en", "US", "this saturday morning plz", "2026-12-05", "08:00-12:00"),
    ("en", "GB", "Monday 14th December, any time after half 3", "2026-12-14", "15:30-"),
    ("en", "US", "Could it come on the 18th instead?", "2026-12-18", ""),
    ("en", "US", "thurs or fri 10-2", "2026-12-03..2026-12-04", "10:00-14:00"),
    ("en", "GB", "I'm back on the 20th so after that", "2026-12-20", ""),
    ("en", "US", "tomorrow before 9am", "2026-12-01", "-09:00"),
    ("en", "US", "two weeks from now", "2026-12-14", ""),
    ("en", "GB", "evenings only, from 7pm", "", "19:00-"),
    ("en", "US", "wed night", "2026-12-02", "17:00-21:00"),
    ("es", "ES", "lo antes posible, mañana por la tarde si puede ser", "2026-12-01", "12:00-17:00"),
    ("es", "MX", "el sábado 5 de 9 a 1", "2026-12-05", "09:00-13:00"),
    ("es", "ES", "a primera hora del miércoles", "2026-12-02", "08:00-12:00"),
    ("es", "ES", "el 22 por la noche", "2026-12-22", "17:00-21:00"),
    ("es", "MX", "en una semana", "2026-12-07", ""),
    ("es", "ES", "todos los días menos el martes", "", ""),
    ("es", "ES", "este jueves sobre las 6", "2026-12-03", "18:00-18:00"),
    ("es", "ES", "entre lunes y miércoles de 10 a 14h", "2026-12-07..2026-12-09", "10:00-14:00"),
    ("fr", "FR", "plutôt le 18 décembre après-midi", "2026-12-18", "12:00-17:00"),
    ("fr", "FR", "mardi de 13h30 à 15h30", "2026-12-01", "13:30-15:30"),
    ("fr", "FR", "dans deux semaines", "2026-12-14", ""),
    ("fr", "FR", "jamais le matin, toujours après 18h", "", "18:00-"),
    ("fr", "FR", "le week-end prochain", "2026-12-05..2026-12-06", ""),
    ("fr", "FR", "à 10h pile jeudi", "2026-12-03", "10:00-10:00"),
    ("fr", "FR", "aujourd'hui entre 16 et 18h", "2026-11-30", "16:00-18:00"),
    ("de", "DE", "Do ab 16 Uhr", "2026-12-03", "16:00-"),
    ("de", "DE", "Dienstagmorgen zwischen 7 und 9", "2026-12-01", "07:00-09:00"),
    ("de", "DE", "ab dem 14.12. bin ich wieder da", "2026-12-14..", ""),
    ("de", "DE", "heute zwischen 17 und 19 Uhr", "2026-11-30", "17:00-19:00"),
    ("de", "DE", "am 18. nachmittags", "2026-12-18", "12:00-17:00"),
    ("de", "DE", "in einer Woche um 10", "2026-12-07", "10:00-10:00"),
    ("de", "DE", "Freitag in der Früh", "2026-12-04", "08:00-12:00"),
    ("de", "DE", "nicht vor 11 Uhr am Mittwoch", "2026-12-02", "11:00-"),
    ("it", "IT", "mercoledì tra le 8:30 e le 10:30", "2026-12-02", "08:30-10:30"),
    ("it", "IT", "il 18 dicembre di sera", "2026-12-18", "17:00-21:00"),
    ("it", "IT", "domani mattina presto", "2026-12-01", "08:00-12:00"),
    ("it", "IT", "giovedì prossimo alle 15", "2026-12-03", "15:00-15:00"),
    ("it", "IT", "tra lunedì e mercoledì", "2026-12-07..2026-12-09", ""),
    ("it", "IT", "oggi pomeriggio", "2026-11-30", "12:00-17:00"),
    ("it", "IT", "a partire dal 20", "2026-12-20..", ""),
    ("it", "IT", "venerdì, solo dopo le 18", "2026-12-04", "18:00-"),
    ("it", "IT", "entro domani sera", "..2026-12-01", "17:00-21:00"),
    ("pt", "BR", "quarta de manhã, das 8 às 11", "2026-12-02", "08:00-11:00"),
    ("pt", "BR", "no dia 18 à noite", "2026-12-18", "17:00-21:00"),
    ("pt", "PT", "terça-feira entre as 14h30 e as 16h", "2026-12-01", "14:30-16:00"),
    ("pt", "BR", "pode ser amanhã ou quarta?", "2026-12-01..2026-12-02", ""),
    ("pt", "BR", "daqui a duas semanas", "2026-12-14", ""),
    ("pt", "BR", "sábado o dia todo", "2026-12-05", "08:00-21:00"),
    ("pt", "BR", "depois das 18h qualquer dia da semana que vem", "2026-12-07..2026-12-13", "18:00-"),
    ("pt", "PT", "hoje às 17h", "2026-11-30", "17:00-17:00"),
    ("pt", "BR", "antes de sexta", "..2026-12-03", ""),
    ("hi", "IN", "kal dopahar 12 se 3 ke beech", "2026-12-01", "12:00-15:00"),
    ("hi", "IN", "बुधवार शाम 7 बजे", "2026-12-02", "19:00-19:00"),
    ("hi", "IN", "agle mangalwar ko subah 10 baje", "2026-12-01", "10:00-10:00"),
    ("hi", "IN", "18 तारीख को भेजो", "2026-12-18", ""),
    ("hi", "IN", "aaj raat 9 baje se pehle", "2026-11-30", "-21:00"),
    ("hi", "IN", "शनिवार या रविवार", "2026-12-05..2026-12-06", ""),
    ("hi", "IN", "ek hafte baad", "2026-12-07", ""),
    ("hi", "IN", "thursday ko office ke baad", "2026-12-03", ""),
    ("hi", "IN", "somvar se shukravar tak", "2026-12-07..2026-12-11", ""),
]


def read(text: str, language: str = "en", region: str = "US") -> tuple[Entity, ...]:
    return entities_in(text, language=language, today=TODAY, region=region)


def days(found: tuple[Entity, ...]) -> str:
    """All sure days as "2026-12-01" or "first..last"."""
    told = []
    for one in found:
        if one.kind is EntityKind.DAY and one.confidence > 0.25:
            first, last = (edge.isoformat() if edge else "" for edge in (one.first_on, one.last_on))
            told.append(first if first == last else f"{first}..{last}")
    return " ".join(told)


def windows(found: tuple[Entity, ...]) -> str:
    return " ".join(one.value for one in found if one.kind is EntityKind.WINDOW)


@pytest.mark.parametrize(("language", "region", "text", "day", "window"), PHRASES, ids=[f"{one[0]}: {one[2]}" for one in PHRASES])
def test_a_phrase_is_read_as_the_day_and_the_window_that_it_means(language, region, text, day, window):
    found = read(text, language, region)
    assert (days(found), windows(found)) == (day, window)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I ordered 2 items and paid for 3", "en"),
        ("the 12th floor", "en"),
        ("I have waited 5 days", "en"),
        ("may I ask something", "en"),
        ("invoices from 8 months ago", "en"),
        ("I am very unhappy", "en"),
        ("guten Tag, wo ist mein Paket", "de"),
        ("buenas tardes", "es"),
        ("boa tarde, cadê meu pedido", "pt"),
        ("mon adresse a change", "fr"),
        ("il y a 3 articles dans ma commande", "fr"),
        ("", "en"),
        ("?", "hi"),
    ],
)
def test_no_day_and_no_time_is_read_where_none_is_named(text, language):
    assert not [one for one in read(text, language) if one.kind in {EntityKind.DAY, EntityKind.WINDOW}]


def test_the_month_stands_first_only_where_people_write_it_so():
    assert days(read("12/05", region="US")) == "2026-12-05"
    assert days(read("12/05", region="GB")) == "2027-05-12"
    assert days(read("24/12", region="US")) == "2026-12-24"


def test_a_date_of_the_last_weeks_is_told_and_not_wished_for_the_next_year():
    assert days(read("I ordered on 12 November")) == "2026-11-12"
    assert days(read("on 12 August")) == "2027-08-12"


def test_next_tuesday_is_that_of_the_coming_week_and_less_sure_where_another_is_nearer():
    (found,) = read("next Tuesday")
    assert found.first_on == date(2026, 12, 8)
    assert found.confidence < 1


def test_a_day_that_is_denied_is_hardly_one():
    (found,) = read("not on Friday")
    assert found.first_on == date(2026, 12, 4)
    assert found.confidence < 0.25


def test_days_that_do_not_follow_each_other_stay_apart():
    assert days(read("Friday or Tuesday")) == "2026-12-04 2026-12-08"
    assert days(read("Mon or Tue")) == "2026-12-07 2026-12-08" or days(read("Mon or Tue")) == "2026-12-07..2026-12-08"


def test_two_parts_of_one_word_are_a_day_and_a_time():
    found = read("tonight please")
    assert (days(found), windows(found)) == ("2026-11-30", "17:00-21:00")


def test_an_hour_before_eight_is_meant_in_the_afternoon_unless_it_is_said_otherwise():
    assert windows(read("after 5")) == "17:00-"
    assert windows(read("after 9")) == "09:00-"
    assert windows(read("after 5am")) == "05:00-"
    assert windows(read("ab 5 Uhr morgens", "de", "DE")) == "05:00-"


def test_words_of_an_unknown_language_are_read_by_the_one_that_knows_them():
    assert days(read("übermorgen", "")) == "2026-12-02"
    assert days(read("tomorrow", "fr", "FR")) == "2026-12-01"
    assert days(read("parso", "en", "IN")) == "2026-12-02"


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(9999, 12, 31), date(1, 1, 1)])
@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "on the 31st",
        "next week",
        "29 February",
        "in 300 days",
        "last Monday",
        "next month on the 30th",
        "this weekend",
        "yesterday",
    ],
)
def test_no_day_of_the_calendar_breaks_the_reading(today, text):
    for one in entities_in(text, language="en", today=today, region="US"):
        assert one.kind in {EntityKind.DAY, EntityKind.WINDOW}


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("on wednsday", "en", "2026-12-02"),
        ("thrusday please", "en", "2026-12-03"),
        ("tommorow", "en", "2026-12-01"),
        ("7 decemeber", "en", "2026-12-07"),
        ("el miercles", "es", "2026-12-02"),
        ("vendrdi", "fr", "2026-12-04"),
        ("am Donerstag", "de", "2026-12-03"),
    ],
)
def test_a_slip_in_the_name_of_a_day_is_forgiven(text, language, day):
    assert days(read(text, language)) == day


@pytest.mark.parametrize(
    "text",
    ["Good morning", "good night!", "100 night trial", "can I collect it from a store", "from one of my friends", "have a nice evening"],
)
def test_greetings_and_articles_name_no_time(text):
    assert windows(read(text)) == ""


def test_a_day_without_its_month_behind_a_span_is_of_the_same():
    assert days(read("from January 3rd to the 5th")) == "2027-01-03..2027-01-05"
