package dev.echelon.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for one request and why: each attempt with its outcome, each instance that was passed over. Written
 * by one thread at a time, read when the request is over.
 */
public final class DecisionTrace {

    /** The outcome of an attempt that succeeded. */
    public static final String OK = "ok";

    private static final int MOST_CHARACTERS = 2_000;

    private final List<Entry> entries = new ArrayList<>(4);

    /**
     * One line.
     *
     * @param instance its id, or the tier's or pool's name
     * @param outcome {@code ok}, a failure kind's word, or why it was passed over ({@code breaker_open},
     *     {@code slow_start}, ...)
     * @param how {@code first}, {@code return}, ...; {@code null} when it was passed over
     * @param startNanos since the request began
     * @param nanos what it took; 0 when it was passed over
     * @param waitNanos for how long it was to be left alone from then on, as far as that is known: its Retry-After, or
     *     what was left of the obstacle; 0 otherwise
     */
    public record Entry(
            String instance, String outcome, @Nullable String how, long startNanos, long nanos, long waitNanos) {

        public boolean attempted() {
            return how != null;
        }
    }

    public void add(Entry entry) {
        entries.add(entry);
    }

    /** Takes over what another attempt of the same request wrote, in order of time. */
    public void add(DecisionTrace other) {
        entries.addAll(other.entries);
        entries.sort(Comparator.comparingLong(Entry::startNanos));
    }

    /** What it holds so far. */
    public DecisionTrace copy() {
        DecisionTrace copy = new DecisionTrace();
        copy.entries.addAll(entries);
        return copy;
    }

    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Short form for a header or a log line: {@code a=timeout@2001ms, b=ok@310ms}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            if (text.length() > MOST_CHARACTERS) {
                return text.append(", ...").toString();
            }
            if (!text.isEmpty()) {
                text.append(", ");
            }
            text.append(entry.instance()).append('=').append(entry.outcome());
            if (entry.attempted()) {
                text.append('@').append(entry.nanos() / 1_000_000).append("ms");
            }
        }
        return text.toString();
    }
}
