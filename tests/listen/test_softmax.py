import numpy as np
import scipy.sparse as sp

from parvis.listen.softmax import fit_softmax, softmax


def _made(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    rows = random.normal(size=(count, 6)).astype(np.float32)
    truth = (rows[:, :3] + random.gumbel(size=(count, 3)) * 0.3).argmax(axis=1)
    return rows, np.eye(3, dtype=np.float32)[truth]


def test_what_made_the_labels_is_found_again() -> None:
    rows, targets = _made()
    head = fit_softmax(rows, targets, 1.0)
    assert (head.scores(rows).argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.8
    assert np.abs(head.weights[3:]).max() < np.diag(head.weights[:3]).min() / 3


def test_sparse_and_dense_features_give_the_same_head() -> None:
    rows, targets = _made()
    dense, sparse = fit_softmax(rows, targets, 1.0), fit_softmax(sp.csr_matrix(rows), targets, 1.0)
    assert np.allclose(dense.weights, sparse.weights, atol=0.02)


def test_few_texts_stay_near_what_was_known_before() -> None:
    rows, targets = _made()
    before = fit_softmax(rows, targets, 1.0)
    after = fit_softmax(rows[:5], targets[:5], 50.0, prior=before)
    assert np.abs(after.weights - before.weights).max() < 0.1
    assert np.allclose(softmax(after.scores(rows)).sum(axis=1), 1, atol=1e-5)
