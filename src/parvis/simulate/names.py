"""What the customers are called, and where they can be reached; all of it made up.

Mail domains are of the `.example` domain, telephone numbers of ranges that are given to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.simulate.people import People
from parvis.simulate.world.model import World
from parvis.simulate.writing import Pen

__all__ = ["Names", "customer_number", "name_people"]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_FR_HER: Final = _listed(
    "Camille Léa Manon Chloé Inès Jade Louise Alice Juliette Zoé Sarah Lucie Anaïs Clara Émilie "
    "Pauline Mathilde Margaux Charlotte Élise Marion Julie Laura Céline Sandrine Nathalie "
    "Isabelle Valérie Sylvie Catherine Hélène Florence Brigitte Monique Nadia Fatima Yasmine "
    "Aïcha Noémie Agathe Capucine Romane Éva Maëlys Solène Gwenaëlle Delphine Stéphanie Aurélie "
    "Virginie"
)
_FR_HIM: Final = _listed(
    "Lucas Hugo Louis Gabriel Arthur Jules Raphaël Adam Paul Nathan Thomas Antoine Maxime "
    "Alexandre Nicolas Julien Mathieu Romain Florian Kévin Sébastien Christophe Laurent "
    "Philippe Olivier Pascal Thierry Alain Bernard Gérard Mehdi Karim Youssef Samir Baptiste "
    "Clément Quentin Benoît Rémi Loïc Yann Erwan Cédric Grégory Damien François Étienne Simon "
    "Théo Noé"
)
_EN_HER: Final = _listed(
    "Aoife Niamh Ciara Saoirse Emma Sophie Grace Emily Lucy Hannah Ella Amelia Kate Sarah "
    "Rachel Rebecca Laura Claire Fiona Sinéad Orla Gráinne Deirdre Siobhán Maeve Róisín Eimear "
    "Aisling Caoimhe Megan Chloe Leah Molly Ruby Anna Julia Karen Michelle Helen Margaret Mary "
    "Joanne Louise Amy Shauna Erin Kelly Tara Zara Holly"
)
_EN_HIM: Final = _listed(
    "Conor Seán Jack James Daniel Adam Luke Cian Oisín Liam Patrick Michael Thomas Ryan Dylan "
    "Aidan Eoin Ronan Cathal Declan Brendan Kevin Brian Paul Mark David Stephen Peter Robert "
    "John Noah Charlie Harry Oliver George Alex Ben Sam Joseph Darragh Fionn Tadhg Rory Shane "
    "Barry Gavin Niall Colm Padraig Donal"
)
_FR_LAST: Final = _listed(
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent "
    "Lefebvre Michel Garcia Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont "
    "Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Müller Henry "
    "Roussel Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson "
    "Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche Roy Noël Meyer "
    "Lucas Meunier Jean Perez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt "
    "Leroux Colas Fabre Renard Arnaud Rolland Caron Aubert Giraud Leclerc Vidal Bourgeois "
    "Renaud Lemoine Picard Gaillard Philippe Leclercq Lacroix Fabiani Dupuis Olivier Rodriguez "
    "Da-Silva Hubert Benali Traoré Diallo Cissé Haddad Mansouri Charpentier Delaunay Le-Goff "
    "Kerbrat Guillou Tanguy"
)
_EN_LAST: Final = _listed(
    "Murphy Kelly O'Sullivan Walsh Smith O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle "
    "McCarthy Gallagher Doherty Kennedy Lynch Murray Quinn Moore McLoughlin Carroll Connolly "
    "Daly Wilson Dunne Brennan Burke Collins Campbell Clarke Johnston Hughes Farrell Fitzgerald "
    "Brown Martin Maguire Nolan Flynn Thompson Callaghan O'Donnell Duffy Mahony Boyle Healy "
    "Shea White Sweeney Hayes Kavanagh Power McGrath Moran Brady Stewart Casey Foley "
    "Fitzpatrick O'Leary McDonnell MacMahon Donnelly Regan Donovan Burns Flanagan Mullan Barry "
    "Kane Robinson Cunningham Griffin Kenny Sheehan Ward Whelan Lyons Reid Graham Higgins "
    "Cullen Keane King Maher MacKenna Bell Scott Hogan Keeffe Magee MacNamara MacDonald "
    "MacDermott Molony Rourke Buckley Dwyer"
)
_STREETS: Final = (
    "rue des Lilas", "rue du Moulin", "avenue de la Gare", "rue de l'Église", "place du Marché",
    "chemin des Vignes", "rue Haute", "rue de la Fontaine", "boulevard du Parc", "impasse du Puits",
    "allée des Tilleuls", "rue du Four", "quai des Tanneurs", "rue Basse", "rue des Écoles",
    "Main Street", "Church Road", "Mill Lane", "Station Road", "The Green", "Harbour View",
    "Bridge Street", "Castle Park", "Old Quay", "Meadow Court", "Abbey Lane",
)  # fmt: skip
_FR_STREETS: Final = 15
_PROVIDERS: Final = (
    "poste.example", "courrier.example", "mailbox.example", "webmail.example", "orchidee.example",
    "postbox.example", "freemail.example", "maison.example",
)  # fmt: skip
_MODULUS: Final = 10_000_019


@dataclass(frozen=True, slots=True)
class Names:
    """How customers are called; one value a person.

    Parameters
    ----------
    customer
        The shop's number: what its silos know them by.
    first, last
        Dictionary arrays of text.
    email
        Nobody else's, but for households: their second member uses the first's.
    own_email
        Nobody else's, households or not.
    phone
        In international form without ``+``.
    """

    customer: pa.StringArray
    first: pa.DictionaryArray
    last: pa.DictionaryArray
    email: pa.StringArray
    own_email: pa.StringArray
    phone: NDArray[np.int64]
    street: pa.DictionaryArray
    house: NDArray[np.int64]


def customer_number(person: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the shop's customer number of each person: unique, and in no order."""
    return (person.astype(np.int64) * 7919 + 104_729) % _MODULUS


def name_people(world: World, people: People, pen: Pen) -> Names:
    """Give all people their names, mail addresses, telephones and streets.

    Parameters
    ----------
    people
        At most ten million.
    """
    count = len(people)
    abroad = np.array([c.language == "en" for c in world.cities])[people.city]
    lists = [_FR_HIM, _FR_HER, _EN_HIM, _EN_HER]
    which = 2 * abroad + people.is_female
    first = _picked(lists, which, people.first_name)
    last = _picked([_FR_LAST, _EN_LAST], abroad.astype(np.int64), people.last_name)
    person = np.arange(count, dtype=np.int32)
    number = customer_number(person)
    own = _addresses(first, last, number, pen)
    shared = np.where(people.partner >= 0, people.partner, person).astype(np.int32)
    roof = customer_number(shared)
    streets = np.where(
        abroad, _FR_STREETS + roof % (len(_STREETS) - _FR_STREETS), roof % _FR_STREETS
    )
    return Names(
        customer=pc.binary_join_element_wise(
            "C", pc.utf8_lpad(pa.array(number).cast(pa.string()), 8, "0"), ""
        ),
        first=first,
        last=last,
        email=own.take(pa.array(shared)),
        own_email=own,
        # 07 00 to 07 29 and 080 are given to nobody
        phone=np.where(abroad, 353_800_000_000, 33_700_000_000) + number * 2,
        street=_dictionary(streets, _STREETS),
        house=1 + roof // 31 % 120,
    )


def _dictionary(indices: NDArray[np.int64], words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(words))


def _picked(
    lists: Sequence[Sequence[str]], which: NDArray[np.int64], entry: NDArray[np.int32]
) -> pa.DictionaryArray:
    """Take a word from one of several lists; `entry` is below 10,000."""
    starts = np.concatenate(([0], np.cumsum([len(x) for x in lists])))
    length = np.array([len(x) for x in lists])[which]
    return _dictionary(
        starts[which] + entry.astype(np.int64) * length // 10_000, [w for x in lists for w in x]
    )


_LOCALS: Final = """
WITH plain AS (
    SELECT place, number, provider::VARCHAR AS provider,
        regexp_replace(strip_accents(lower(first::VARCHAR)), '[^a-z]', '', 'g') AS f,
        regexp_replace(strip_accents(lower(last::VARCHAR)), '[^a-z]', '', 'g') AS l
    FROM people
), local AS (
    SELECT place, provider, CASE number % 5
        WHEN 0 THEN f || '.' || l WHEN 1 THEN f[1] || l WHEN 2 THEN l || '.' || f
        WHEN 3 THEN f || '_' || l ELSE f || l END AS name
    FROM plain
), told AS (
    SELECT place, name, provider,
        row_number() OVER (PARTITION BY name, provider ORDER BY place) AS nth
    FROM local
)
SELECT name || CASE WHEN nth > 1 THEN nth::VARCHAR ELSE '' END || '@' || provider AS a
FROM told ORDER BY place
"""


def _addresses(
    first: pa.DictionaryArray, last: pa.DictionaryArray, number: NDArray[np.int64], pen: Pen
) -> pa.StringArray:
    people = pa.table(
        {
            "place": pa.array(np.arange(len(number))),
            "first": first,
            "last": last,
            "number": pa.array(number),
            "provider": _dictionary(number // 7 % len(_PROVIDERS), list(_PROVIDERS)),
        }
    )
    # names are alike more often than addresses may be: the second gets a 2
    found = pen.columns({"people": people}, _LOCALS)
    return pc.cast(found["a"], pa.string()).combine_chunks()
