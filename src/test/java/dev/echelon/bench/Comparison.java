package dev.echelon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The short form: Echelon's CPU per request beside that of the raw Vert.x proxy, in one run on this JDK. No clock on the
 * wall has a part in it.
 *
 * @param echelon µs
 * @param raw µs
 */
record Comparison(double echelon, double raw) {

    /** For CI: some two minutes. */
    static final Length TWO_MINUTES = new Length(Throughput.WarmUp.FULL, Duration.ofSeconds(4), 3, "", 2.1);

    /** Half a minute: the first compiler alone, which is done after some thousand requests. */
    static final Length HALF_A_MINUTE = new Length(
            new Throughput.WarmUp(20_000, Duration.ofMinutes(1)),
            Duration.ofSeconds(3),
            2,
            "-XX:TieredStopAtLevel=1",
            2.6);

    /**
     * How long it takes.
     *
     * @param options of both JVMs
     * @param most times raw Vert.x's that it may find: a third or so above what is seen, so that it fails for a reason and
     *     not for a noise
     */
    record Length(Throughput.WarmUp warmUp, Duration round, int rounds, String options, double most) {}

    static Comparison run(Length length, Experiment.Progress progress) throws Exception {
        Jdk jdk = Jdk.own();
        try (Loops loops = Loops.of(Runtime.getRuntime().availableProcessors())) {
            Load load = new Throughput(loops, "cpu-per-request", 64, 1024, length.warmUp(), length.round());
            List<String> options = length.options().isEmpty() ? List.of() : List.of(length.options());
            List<Subject> both =
                    List.of(new RawVertx(jdk, options), EchelonGateway.of(jdk).withOptions(length.options()));
            List<Row> rows = new Interleaved(load, both, length.rounds())
                    .run(Files.createTempDirectory("echelon-bench"), progress);
            return new Comparison(micros(rows, EchelonGateway.name(jdk)), micros(rows, RawVertx.name(jdk)));
        }
    }

    private static double micros(List<Row> rows, String subject) throws IOException {
        return rows.stream()
                .filter(row -> row.subject().equals(subject))
                .findFirst()
                .orElseThrow(() -> new IOException(subject + " was not measured"))
                .value(Metric.CPU_MICROS)
                .orElseThrow();
    }

    /** How many times raw Vert.x's. */
    double ratio() {
        return echelon / raw;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "CPU per request: Echelon %.1f µs, raw Vert.x %.1f µs, ratio %.2f", echelon, raw, ratio());
    }
}
