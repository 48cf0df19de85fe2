package dev.echelon.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects every problem of one load, so that all are told at once and in the order of the files. Decides which of them
 * are errors: the registry's {@code config_validation} says how strict the loader is. One load, one thread.
 */
final class Report {

    /** More than this many are of no use to anybody, and a hostile file can make millions. */
    private static final int MOST = 1000;

    private final Map<String, Integer> files = new LinkedHashMap<>();
    /** By their text. */
    private final Map<String, Problem> errors = new LinkedHashMap<>();

    private final Map<String, Problem> warnings = new LinkedHashMap<>();
    private boolean strict = true;
    private boolean fill;

    /** @param fill whether lenient mode puts defaults in place of values that cannot be used */
    void mode(boolean strict, boolean fill) {
        this.strict = strict;
        this.fill = fill;
    }

    /** Fixes the place of a file in the order; the first mention counts. */
    void file(String file) {
        files.putIfAbsent(file, files.size());
    }

    void error(Place place, String message) {
        add(place, message, errors);
    }

    void warning(Place place, String message) {
        add(place, message, warnings);
    }

    /** Something that strict mode refuses and lenient mode tolerates. */
    void fault(Place place, String message) {
        if (strict) {
            error(place, message);
        } else {
            warning(place, message);
        }
    }

    /** A value that cannot be used and that has a default, which lenient mode may put in its place. */
    void unusable(Place place, String message, String replacement) {
        if (!strict && fill) {
            warning(place, message + "; " + replacement + " is used instead");
        } else {
            error(place, message);
        }
    }

    /** How many problems there are so far. */
    int size() {
        return errors.size() + warnings.size();
    }

    boolean failed() {
        return !errors.isEmpty();
    }

    void throwIfFailed() throws ConfigException {
        if (failed()) {
            throw new ConfigException(sorted(errors));
        }
    }

    List<Problem> warnings() {
        return sorted(warnings);
    }

    private void add(Place place, String message, Map<String, Problem> problems) {
        file(place.file());
        if (problems.size() < MOST) {
            put(place.problem(message), problems);
        } else if (problems.size() == MOST) {
            put(new Problem(place.file(), 0, 0, "has more problems; correct these first"), problems);
        }
    }

    private static void put(Problem problem, Map<String, Problem> problems) {
        problems.putIfAbsent(problem.toString(), problem);
    }

    private List<Problem> sorted(Map<String, Problem> problems) {
        List<Problem> sorted = new ArrayList<>(problems.values());
        List<Problem> rest = sorted.subList(Math.min(MOST, sorted.size()), sorted.size());
        List<Problem> last = List.copyOf(rest);
        rest.clear();
        sorted.sort(Comparator.comparingInt((Problem p) -> files.getOrDefault(p.file(), Integer.MAX_VALUE))
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column));
        sorted.addAll(last);
        return List.copyOf(sorted);
    }
}
