package dev.echelon.domain;

import java.time.Duration;

/**
 * What the response cache did for a request.
 *
 * @param age of the answer since a model gave it; zero unless it is a {@link Result#HIT}
 */
public record CacheUse(Result result, Duration age) {

    /** The answer of another request that was under way. */
    public static final CacheUse COALESCED = new CacheUse(Result.COALESCED, Duration.ZERO);

    /** It had nothing: a model was asked, and the answer may be kept. */
    public static final CacheUse MISS = new CacheUse(Result.MISS, Duration.ZERO);

    /** It was not asked. */
    public static final CacheUse BYPASS = new CacheUse(Result.BYPASS, Duration.ZERO);

    /** In the words of metrics. */
    public enum Result {
        HIT("hit"),
        COALESCED("coalesced"),
        MISS("miss"),
        BYPASS("bypass");

        private final String word;

        Result(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** An answer that was kept. */
    public static CacheUse hit(Duration age) {
        return new CacheUse(Result.HIT, age);
    }

    /** Whether no model was asked for this request. */
    public boolean answered() {
        return result == Result.HIT || result == Result.COALESCED;
    }

    /** In the words of answers: {@code hit}, {@code miss} or {@code bypass}; who shares a call is told that it was a hit. */
    public String word() {
        return answered() ? Result.HIT.word() : result.word();
    }
}
