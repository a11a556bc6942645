import numpy as np

from parvis.listen.topics import find_topics


def _texts(about: dict[str, int], seed: int) -> tuple[list[str], np.ndarray]:
    random = np.random.default_rng(seed)
    places = {
        "livraison retard colis": 0,
        "prix promotion soldes": 1,
        "accueil vendeuse sourire": 2,
    }
    texts, rows = [], []
    for name, count in about.items():
        for _ in range(count):
            texts.append(f"{name} du jour")
            rows.append(np.eye(8)[places[name]] + random.normal(size=8) * 0.1)
    meanings = np.array(rows, np.float32)
    return texts, meanings / np.linalg.norm(meanings, axis=1, keepdims=True)


def test_topics_name_themselves_and_stay_themselves() -> None:
    first = find_topics(*_texts({"livraison retard colis": 40, "prix promotion soldes": 30}, 1), 2)
    assert {frozenset(one.terms) & {"livraison", "prix"} for one in first.topics} == {
        frozenset({"livraison"}),
        frozenset({"prix"}),
    }
    later = {"prix promotion soldes": 25, "accueil vendeuse sourire": 30}
    second = find_topics(*_texts(later, 2), 2, first.topics)
    known = {one.topic_id: one.terms for one in first.topics}
    stayed = [one for one in second.topics if one.topic_id in known]
    assert [set(one.terms) == set(known[one.topic_id]) for one in stayed] == [True]
    assert "prix" in stayed[0].terms
    assert sum(one.texts for one in second.topics) == 55


def test_no_texts_have_no_topics() -> None:
    assert find_topics([], np.zeros((0, 8), np.float32)).topics == ()
