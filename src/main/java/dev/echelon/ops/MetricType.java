package dev.echelon.ops;

import org.jspecify.annotations.Nullable;

/** What a metric is. */
public enum MetricType {
    COUNTER("counter", null),
    GAUGE("gauge", null),
    GAUGE_SECONDS("gauge", "seconds"),
    GAUGE_BYTES("gauge", "bytes"),
    TIMER("histogram", "seconds"),
    SUMMARY("histogram", null);

    private final String word;

    @Nullable
    private final String unit;

    MetricType(String word, @Nullable String unit) {
        this.word = word;
        this.unit = unit;
    }

    /** As documentation says it. */
    public String word() {
        return word;
    }

    /** {@code seconds}, {@code bytes}; {@code null} for plain numbers. */
    @Nullable
    public String unit() {
        return unit;
    }
}
