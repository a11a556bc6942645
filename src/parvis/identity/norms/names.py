"""First names as people write them: in one form, and which of them are short for which.

The lists are of common French and English names: enough to tell a slip of the keys (Alxandre)
from another name (Louis and Louise, Carla and Clara).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

__all__ = ["COMMON_NAMES", "full_names", "name_words"]

_WORD: Final = re.compile(r"[^\W\d_]+")
_TITLES: Final = frozenset({"mme", "mlle", "mr", "mrs", "ms", "miss", "dr", "prof", "monsieur"})

_COMMON: Final = """
    adam adele adrien adrienne agathe agnes aicha alain alan albert alberte alex alexander
    alexandra alexandre alexia alexis alice alicia aline alison amandine amelie amy ana anais
    andre andrea andree andrew angela angele angelique ann anna annabelle anne annick annie
    anthony antoine antoinette antonio april ariane armand arnaud arthur ashley audrey aurelia
    aurelie aurelien axel axelle barbara bastien beatrice ben benjamin benoit bernadette bernard
    bernardette bertrand blandine boris brandon brian brice brigitte bruno camille capucine
    carine carl carla carlos carol carole carolina caroline catherine cecile cedric celia celina
    celine chantal charlene charles charlotte chloe christelle christian christiane christina
    christine christophe christopher claire clara clarisse claude claudia claudie claudine
    clemence clement clementine colette colin coline constance corentin corinne cyril cyrille
    damien daniel daniela daniele danielle danny david deborah delphine denis denise diana diane
    didier dominique donald dorian dorothee dylan edith edmond edouard edward elena eleonore
    eliane elias elie eliott elisa elisabeth elise elizabeth ella ellen elodie eloise elsa emile
    emilia emilie emily emma emmanuel emmanuelle enzo eric erica erika ernest ernestine estelle
    esther ethan etienne eugene eugenie eva evan eve evelyne ewan fabien fabienne fabrice fanny
    fatima felicie felix fernand fernande flora florence florent florian floriane france frances
    francine francis francisco franck francois francoise frank fred frederic frederica
    frederique gabin gabriel gabriella gabrielle gael gaelle gary gaspard gaston genevieve
    geoffrey george georges georgette gerald geraldine gerard germain germaine gilbert gilberte
    gilles gisele giulia grace gregory guillaume gustave guy gwenael gwenaelle hannah harry
    hassan helen helena helene henri henriette henry herve hugo hugues ian ibrahim ida ilyes
    ines irene iris isabel isabelle ivan jack jackie jacob jacqueline jacques jade james jan
    jane janine jasmine jason jean jeanne jeannine jenna jennifer jeremie jeremy jerome jessica
    jim joan joanna joel joelle joey johan johanna john jonas jonathan jordan jose joseph
    josephine josette josiane juan jules julia julian juliana julie julien julienne juliette
    julius justin justine kaleb karen karim karin karine karl karla kate katherine kelly ken
    kenneth kevin killian kim kyle laetitia laura laure lauren laurence laurent laurie lea leila
    lena leo leon leonard leonie liam lila lili liliane lily lina linda line lionel lisa lise
    lison loic lola lou louane louis louisa louise loup luc luca lucas luce lucie lucien
    lucienne lucille luis luisa lydia lydie lynn madeleine mael maelle maelys magali manon
    manuel manuela marc marcel marcelle marco margaret margaux margot marguerite maria marian
    mariane marianne marie marielle marilyn marin marina marine mario marion marius marjorie
    mark marlene marlon marta martha marthe martial martin martine mary maryse mateo mathias
    mathieu mathilde mathis mathys matt matteo matthew maud maurice max maxence maxime maxine
    medhi melanie melina melissa michael michel michele micheline michelle mickael mike mila
    mireille mohamed monica monique morgan morgane muriel myriam nadege nadia nadine nancy
    natacha natalia natalie nathalie nathan nathanael nelly nicholas nick nicola nicolas nicole
    nina noa noah noe noel noelle noemie nolan nora norbert odette odile olga olive oliver
    olivia olivier oscar owen pascal pascale patrice patricia patrick paul paula paule pauline
    paulo pedro peter philip philippa philippe pierre pierrette prune quentin rachel rafael
    ralph raoul raphael raphaelle raymond raymonde rebecca regine regis remi remy renaud rene
    renee richard rita rob robert roberta roberte robin roger roland rolande romain romane romeo
    rosa rose roxane ruben ruth ryan sabine sabrina sacha salome sam samantha samir samuel
    samuelle sandra sandrine sandy sara sarah sasha scott sean sebastien serena serge sergio
    severine sharon sidonie simon simone sofia solange solene sonia sophia sophie stanislas
    stella stephane stephanie stephen steve steven susan suzanne sylvain sylvaine sylvestre
    sylvia sylviane sylvie tanguy tania tara teddy teresa theo theodore therese thibault thierry
    thomas tiffany tim timothee tina tom toni tony tracy tristan ugo valentin valentina
    valentine valerie vanessa vera veronique vicky victoire victor victoria vincent violaine
    violette virgile virginie vivian viviane vivien vivienne walter wendy wilfried william willy
    xavier yacine yan yann yannick yasmine yohan yolande youssef yves yvette yvon yvonne
    zacharie zoe
"""
#: Without accents, in small letters.
COMMON_NAMES: Final = frozenset(_COMMON.split())

#: A name, and what else it may be: short forms, and two ways to spell one name.
_SHORT: Final = """
    abby abigail | al albert alan alain | alex alexandre alexandra alexander alexis | andy
    andrew | angie angela angelique | annie anne anna | ben benjamin benoit | beth elizabeth |
    betty elizabeth | bill william | billy william | bob robert | bobby robert | carine karine
    karin | carl karl | carla karla | cathy catherine | charlie charles charlotte | chris
    christophe christopher christian christine christelle | christopher christophe | cindy
    cynthia | clem clement clemence clementine | dan daniel | danny daniel | dave david | debbie
    deborah | dom dominique | ed edouard edward | eddy edouard edward | elisabeth elizabeth |
    eric erik erick | flo florence florent florian | fran francoise frances | fred frederic
    frederique alfred | gabi gabriel gabrielle | gaby gabriel gabrielle | greg gregory gregoire
    | gus gustave auguste | guy guillaume | harry henry harold | helen helene | isa isabelle
    isabel | isabel isabelle | jack john jacques jackson | jackie jacqueline | jake jacob | jeff
    jeffrey geoffrey | jen jennifer | jenny jennifer | jim james | jimmy james | jo joseph joel
    johanna josiane | joe joseph | johnny john jonathan | jon jonathan | josh joshua | juju
    julie julien juliette | kate katherine catherine | katherine catherine | kathy katherine
    catherine | katie katherine catherine | ken kenneth | laeti laetitia | larry lawrence | leo
    leonard leonardo leopold | lili liliane elisabeth | lisa elisabeth elizabeth elisa | liz
    elizabeth elisabeth | luis louis | lulu lucie lucien | maggie margaret | manu emmanuel
    emmanuelle manuel manuela | mariane marianne | marjo marjorie | mat mathieu mathis matthieu
    mathilde | mathias matthias | mathis mathys | matt matthew mathieu | max maxime maximilien
    maxence maximilian | meg margaret megan | mel melanie melissa | micha michael mickael |
    mickael michael mikael | mike michael michel | mimi michele michelle mireille | molly mary |
    nat nathalie natalie nathan | nath nathalie nathan | nathalie natalie | nick nicolas
    nicholas | nico nicolas | pat patrick patricia patrice | patty patricia | peggy margaret |
    penny penelope | pete peter | phil philippe philip | ray raymond | remy remi | rich richard
    | rick richard eric | rob robert robin | ron ronald | rosie rose | sam samuel samantha samir
    | sandy sandra sandrine alexandra | sarah sara | seb sebastien | stan stanislas | stef
    stephane stephanie | steph stephane stephanie | stephan stephane | steve steven stephen |
    sue susan | suzy suzanne | ted theodore edward | teddy theodore edward | theo theodore
    theophile | tim timothee timothy | timothee timothy | tina christina martina valentina |
    titi thierry | tom thomas | tommy thomas | tony anthony antoine antonio | val valerie
    valentin valentine | vero veronique | vic victor victoria | vicky victoria | vince vincent |
    will william | willy william | xav xavier | yann yan | zac zacharie
"""


def _short_forms() -> dict[str, frozenset[str]]:
    found = {}
    for entry in _SHORT.split("|"):
        short, *full = entry.split()
        found[short] = frozenset(full)
    return found


_FULL: Final = _short_forms()


@lru_cache(maxsize=65_536)
def name_words(text: str) -> tuple[str, ...]:
    """Take a first name apart: small letters, without accents, hyphens and titles.

    Examples
    --------
    >>> name_words("Mme Marie-Hélène")
    ('marie', 'helene')
    """
    bare = unicodedata.normalize("NFKD", text[:200])
    plain = "".join(c for c in bare if not unicodedata.combining(c)).casefold()
    words = tuple(_WORD.findall(plain))
    return tuple(w for w in words if w not in _TITLES) or words


def full_names(word: str) -> frozenset[str]:
    """Return the names that a name may stand for, itself among them.

    Examples
    --------
    >>> sorted(full_names("bob"))
    ['bob', 'robert']
    """
    return _FULL.get(word, frozenset()) | {word}
