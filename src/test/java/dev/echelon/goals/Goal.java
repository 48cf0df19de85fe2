package dev.echelon.goals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** How long a goal runs, and where its figures go. */
final class Goal {

    private static final boolean FULL = Boolean.getBoolean("goals.full");
    private static final Path FIGURES = Path.of("target", "goals.txt");

    private Goal() {}

    /** Whether the long form runs, whose times are asserted. */
    static boolean isFull() {
        return FULL;
    }

    static int either(int full, int inShort) {
        return FULL ? full : inShort;
    }

    /** Prints a line, and keeps it in {@code target/goals.txt}. */
    static void figure(String format, Object... values) throws IOException {
        String line = String.format(Locale.ROOT, format, values);
        System.out.println(line);
        Files.writeString(FIGURES, line + System.lineSeparator(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
