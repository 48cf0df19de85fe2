package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files and sockets a process may have open. */
final class Descriptors {

    private static final String LIMIT = "Max open files";
    private static final int OTHERS = 600;

    private Descriptors() {}

    static long limit() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith(LIMIT))
                .map(line -> line.substring(LIMIT.length()).strip().split(" +", 2)[0])
                .mapToLong(limit -> limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit))
                .findFirst()
                .orElse(1024);
    }

    /** A gateway has two for each stream. */
    static long forStreams(int streams) {
        return 2L * streams + OTHERS;
    }

    /** As many as are wanted, or as are possible. */
    static int streams(int wanted) throws IOException {
        return (int) Math.min(wanted, (limit() - OTHERS) / 2);
    }
}
