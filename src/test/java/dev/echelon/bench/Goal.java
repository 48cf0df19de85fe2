package dev.echelon.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A figure with a target.
 *
 * @param text what it is, with its unit
 * @param limit the target
 * @param atLeast whether more is better
 */
record Goal(String text, double limit, boolean atLeast, Function<Results, OptionalDouble> figure) {

    static Goal atMost(String text, double limit, Function<Results, OptionalDouble> figure) {
        return new Goal(text, limit, false, figure);
    }

    static Goal atLeast(String text, double limit, Function<Results, OptionalDouble> figure) {
        return new Goal(text, limit, true, figure);
    }

    String target() {
        return (atLeast ? "≥ " : "≤ ") + plain(limit);
    }

    /** How far it was reached: {@code ok}, {@code short}, or {@code not measured}. */
    String verdict(Results results) {
        OptionalDouble value = figure.apply(results);
        if (value.isEmpty()) {
            return "not measured";
        }
        boolean reached = atLeast ? value.getAsDouble() >= limit : value.getAsDouble() <= limit;
        return reached ? "ok" : "**short**";
    }

    String seen(Results results) {
        OptionalDouble value = figure.apply(results);
        return value.isEmpty() ? "" : plain(value.getAsDouble());
    }

    private static String plain(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.2f", value);
    }

    /** The budget, for one JDK. */
    static List<Goal> budget(Jdk jdk) {
        String echelon = EchelonGateway.name(jdk);
        String raw = RawVertx.name(jdk);
        String streams = "streams-500";
        return List.of(
                atLeast(
                        "requests/s, of nginx's",
                        0.50,
                        it -> it.ratio("throughput", echelon, Nginx.NAME, Metric.REQUESTS_PER_SECOND)),
                atMost(
                        "CPU per request, of nginx's",
                        2.6,
                        it -> it.ratio("throughput", echelon, Nginx.NAME, Metric.CPU_MICROS)),
                atMost(
                        "CPU per request, of raw Vert.x's",
                        1.45,
                        it -> it.ratio("throughput", echelon, raw, Metric.CPU_MICROS)),
                atLeast(
                        "requests/s, of Portkey's",
                        45,
                        it -> it.ratio("throughput", echelon, Portkey.NAME, Metric.REQUESTS_PER_SECOND)),
                atMost("added p50 at 200/s, µs", 90, it -> it.value("latency", echelon, Metric.ADDED_P50_MICROS)),
                atMost("500 streams: % of events glued", 0, it -> it.value(streams, echelon, Metric.GLUED_PERCENT)),
                atMost(
                        "500 streams: event delay p50 over direct, ms",
                        0.5,
                        it -> it.difference(streams, echelon, Direct.NAME, Metric.EVENT_P50_MILLIS)),
                atMost(
                        "500 streams: event delay p99, ms",
                        10,
                        it -> it.value(streams, echelon, Metric.EVENT_P99_MILLIS)),
                atMost(
                        "500 streams: CPU per event, of nginx's",
                        2.8,
                        it -> it.ratio(streams, echelon, Nginx.NAME, Metric.CPU_MICROS_PER_EVENT)),
                atLeast(
                        "5,000 slow calls: % of the ideal",
                        98, it -> it.value("slow-5000", echelon, Metric.IDEAL_PERCENT)),
                atMost("5,000 slow calls: peak RSS, MB", 650, it -> it.value("slow-5000", echelon, Metric.PEAK_RSS_MB)),
                atLeast(
                        "10,000 streams at 1/s: % of the events",
                        100, it -> it.value("streams-10000", echelon, Metric.COMPLETE_PERCENT)),
                atMost(
                        "10,000 streams at 1/s: peak RSS, MB",
                        1536,
                        it -> it.value("streams-10000", echelon, Metric.PEAK_RSS_MB)),
                atMost(
                        "10,000 streams at 1/s: event delay p99, ms",
                        250,
                        it -> it.value("streams-10000", echelon, Metric.EVENT_P99_MILLIS)),
                atMost(
                        "first answer with the archive of the build, ms",
                        600,
                        it -> it.value("start", echelon, Metric.FIRST_ANSWER_MILLIS)),
                atMost(
                        "first answer without, ms",
                        1300,
                        it -> it.value("start", EchelonGateway.withoutArchive(jdk), Metric.FIRST_ANSWER_MILLIS)),
                atMost(
                        "CPU per request, 1,000 instances to 10",
                        1.2,
                        it -> quotient(
                                it.value("instances", EchelonGateway.name(jdk, 1000), Metric.CPU_MICROS),
                                it.value("instances", EchelonGateway.name(jdk, 10), Metric.CPU_MICROS))),
                atMost(
                        "first answer with 1,000 instances, ms",
                        3000,
                        it -> it.value("start-many", EchelonGateway.name(jdk, 1000), Metric.FIRST_ANSWER_MILLIS)),
                atMost(
                        "first answer with 10,000 instances, ms",
                        20_000,
                        it -> it.value("start-many", EchelonGateway.name(jdk, 10_000), Metric.FIRST_ANSWER_MILLIS)),
                atMost(
                        "CPU per KB of prompt, of raw Vert.x's",
                        2,
                        it -> it.ratio("prompt-size", echelon, raw, Metric.CPU_MICROS_PER_KB)));
    }

    private static OptionalDouble quotient(OptionalDouble one, OptionalDouble other) {
        return one.isEmpty() || other.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.getAsDouble() / other.getAsDouble());
    }
}
