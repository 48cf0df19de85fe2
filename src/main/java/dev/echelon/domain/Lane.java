package dev.echelon.domain;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How urgent a request is. Both lanes share one capacity; the second uses what the first leaves. */
public enum Lane {
    /** Somebody waits for the answer. */
    INTERACTIVE,
    /** Nobody does: takes no more than {@code batch_share} of an echelon's limits. */
    BATCH;

    /** The name callers write: {@code batch}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The lane of that name, {@code null} when there is none. */
    @Nullable
    public static Lane of(String word) {
        for (Lane lane : values()) {
            if (lane.word().equals(word)) {
                return lane;
            }
        }
        return null;
    }
}
