"""Words and letters that tell a language from its neighbours; written by hand."""

from __future__ import annotations

__all__ = ["TELLING_LETTERS", "TELLING_WORDS"]

_FR = """
je tu il elle on nous vous ils elles le la les un une des du de d' l' j' c' s' n' m' t' qu' et est
sont était suis sera été être avoir ai avons avez ont fait faire dit pour avec sans dans sur sous
par chez vers mais ou où donc car que qui quoi quel quelle ce cette ces cet ça mon ma mes ton ta
tes son sa ses notre nos votre vos leur leurs pas plus très trop bien rien tout tous toute toutes
aussi encore toujours jamais merci bonjour bonsoir oui non quand comment pourquoi parce moi toi lui
au aux y en ne se me te si même après avant depuis va vais vont peut peux veux faut voir jour ans
"""
_EN = """
i you he she it we they the a an of to and is are was were be been am have has had do does did for
with without in on under by at from but or so because that who what which this these those my your
his her its our their not more very too well nothing all also still always never thanks thank hello
yes no when how why me him them us if even after before since go going can could will would should
just get got like new now today tomorrow about out up off over there here i'm it's don't can't
"""
_ES = """
el los las un una unos unas y es son era soy eres ser estar yo tú él ella nosotros de del al que
quien por para con sin en sobre pero o porque como mi tu su mis tus sus no muy más también siempre
nunca gracias hola sí cuando qué cómo me te se lo le les si ya hay está están fue hoy todo esta este
"""
_DE = """
der die das ein eine einen und ist sind war bin bist sein haben habe hat ich du er sie es wir ihr
nicht mit ohne in im auf von zu zum zur für aber oder weil dass wer was mein dein sehr mehr auch
noch immer nie danke hallo ja nein wenn wie warum mich dich sich den dem des nur schon heute
"""
_IT = """
il lo gli un una uno e è sono era sei essere io tu lui lei noi voi di del della che chi per con
senza in su ma o perché come mio tuo suo non molto più anche sempre mai grazie ciao sì quando mi ti
si ci se già c'è oggi tutto questo questa alla al nel nella degli dei delle
"""
_PT = """
o os as um uma uns umas e é são era sou ser estar eu tu ele ela nós você de do da dos das que quem
por para com sem em no na nos nas mas ou porque como meu minha teu seu sua não muito mais também
sempre nunca obrigado olá sim quando me te se já há está foi hoje tudo esta este isso pra
"""

TELLING_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "fr": _FR, "en": _EN, "es": _ES, "de": _DE, "it": _IT, "pt": _PT
    }.items()
}  # fmt: skip
"""The most common words of the languages that are told apart with care."""

TELLING_LETTERS = {
    "fr": frozenset("œçèêùû"),
    "de": frozenset("ßäö"),
    "es": frozenset("ñ¿¡"),
    "pt": frozenset("ãõ"),
}
"""Letters that one of those languages writes and its neighbours hardly do."""
