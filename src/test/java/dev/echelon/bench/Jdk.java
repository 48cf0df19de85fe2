package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An installed JDK.
 *
 * @param release its feature release: 17
 */
record Jdk(int release, Path home) {

    private static final List<Path> FOLDERS = List.of(Path.of("/usr/lib/jvm"));

    /** The one that runs this. */
    static Jdk own() {
        return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
    }

    /** The system's of a release. */
    static Optional<Jdk> find(int release) {
        if (own().release() == release) {
            return Optional.of(own());
        }
        return FOLDERS.stream()
                .filter(Files::isDirectory)
                .flatMap(Jdk::children)
                .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                .filter(home -> releaseOf(home) == release)
                .min(Comparator.naturalOrder())
                .map(home -> new Jdk(release, home));
    }

    private static Stream<Path> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static int releaseOf(Path home) {
        try {
            return Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .mapToInt(line ->
                            Integer.parseInt(line.replaceAll("[^0-9.]", "").split("\\.", 2)[0]))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    String java() {
        return home.resolve("bin/java").toString();
    }
}
