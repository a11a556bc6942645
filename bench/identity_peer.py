"""Connected components of a file of links by igraph, its loading included: the peer."""

from __future__ import annotations

import sys
import time

import igraph
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

__all__: list[str] = []


def main(path: str) -> None:
    """Print the seconds, and how many components there are."""
    began = time.perf_counter()
    columns = ["left_kind", "left_value", "right_kind", "right_value"]
    links = pq.read_table(path, columns=columns)
    between = pa.scalar(":")
    left, right = (
        pc.binary_join_element_wise(links[f"{s}_kind"], links[f"{s}_value"], between)
        for s in ("left", "right")
    )
    names = pa.chunked_array([*left.chunks, *right.chunks]).dictionary_encode()
    encoded = names.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks)
    codes = encoded.indices.to_numpy()
    edges = np.stack([codes[: len(links)], codes[len(links) :]], axis=1)
    graph = igraph.Graph(n=len(encoded.dictionary), edges=edges)
    found = graph.connected_components()
    membership = pa.array(found.membership, pa.int32())
    whose = pa.table({"identifier": encoded.dictionary, "customer": membership})
    seconds = time.perf_counter() - began
    print(seconds, len(found), file=sys.stdout)
    assert len(whose) == len(encoded.dictionary)


main(sys.argv[1])
