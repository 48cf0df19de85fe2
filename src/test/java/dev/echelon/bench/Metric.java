package dev.echelon.bench;

/** A figure of a table. */
enum Metric {
    REQUESTS_PER_SECOND("requests/s", 0),
    CPU_MICROS("CPU µs/request", 1),
    HARNESS_CPU_MICROS("CPU µs/request of upstream and load generator", 1),
    BUSY_CORES("busy cores, all processes", 2),
    ALLOCATED_KB("allocated KB/request", 1),
    P50_MICROS("p50 µs", 0),
    P99_MICROS("p99 µs", 0),
    ADDED_P50_MICROS("added p50 µs", 0),
    ADDED_P99_MICROS("added p99 µs", 0),
    IDEAL_PERCENT("% of the ideal", 1),
    FIRST_BYTE_P50_MILLIS("first byte p50 ms", 2),
    EVENT_P50_MILLIS("event delay p50 ms", 2),
    EVENT_P99_MILLIS("event delay p99 ms", 2),
    GLUED_PERCENT("% glued together", 2),
    CPU_MICROS_PER_EVENT("CPU µs/event", 1),
    COMPLETE_PERCENT("% complete", 1),
    ERRORS("errors", 0),
    RSS_MB("RSS MB", 0),
    PEAK_RSS_MB("peak RSS MB", 0),
    FIRST_ANSWER_MILLIS("ms to the first answer", 0),
    CPU_MICROS_PER_KB("CPU µs/KB of prompt", 3),
    FIT("R² of the linear fit", 4);

    private final String label;
    private final int digits;

    Metric(String label, int digits) {
        this.label = label;
        this.digits = digits;
    }

    String label() {
        return label;
    }

    String format(double value) {
        return String.format(java.util.Locale.ROOT, "%,." + digits + "f", value);
    }
}
