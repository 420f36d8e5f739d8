package io.wengert.peers;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/** What a peer does otherwise than Wengert on purpose, each with the reason. */
final class KnownDifferences {

    /**
     * One difference.
     *
     * @param peer an engine
     * @param name a case, or all that begin with it if it ends in *
     * @param what how the finding begins: value, dtype, shape or throws; more words for one of them
     */
    private record Difference(String peer, String name, String what, String reason) {

        boolean covers(String engine, String called, String finding) {
            boolean named = name.endsWith("*") ? called.startsWith(name.substring(0, name.length() - 1)) : called.equals(name);
            return peer.equals(engine) && named && finding.startsWith(what);
        }
    }

    private static final List<Difference> ALL = List.of();

    private KnownDifferences() {}

    static boolean isKnown(String engine, String name, DataType type, String finding) {
        return ALL.stream().anyMatch(d -> d.covers(engine, name, finding));
    }
}
