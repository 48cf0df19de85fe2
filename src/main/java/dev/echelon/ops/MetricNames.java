package dev.echelon.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * Every metric of ours: name, unit, labels and meaning. Where OpenTelemetry's conventions for generative AI have a name,
 * it is theirs, with their labels and buckets; all others begin with {@code echelon}. Prometheus writes dots as
 * underscores and adds {@code _seconds} and {@code _total}.
 *
 * <p>A label's value is a word of the configuration or of an enum, or {@link #OTHER}; never what a caller or an upstream
 * wrote. Instances of models that only callers name ({@code allow_direct}) have the model {@code other}.
 */
public enum MetricNames {
    REQUESTS(MetricType.COUNTER, "echelon.requests", "Requests that are over", Label.TARGET, Label.OUTCOME),
    REQUEST_DURATION(
            MetricType.TIMER,
            "gen_ai.server.request.duration",
            "Time from a request's arrival to the end of its answer",
            Label.OPERATION,
            Label.TARGET_AS_MODEL,
            Label.ERROR),
    TIME_TO_FIRST_TOKEN(
            MetricType.TIMER,
            "gen_ai.server.time_to_first_token",
            "Time from a request's arrival to the first content of its stream",
            Label.OPERATION,
            Label.TARGET_AS_MODEL),
    REQUESTS_IN_FLIGHT(MetricType.GAUGE, "echelon.requests.in_flight", "Requests under way"),
    REQUESTS_LIMIT(
            MetricType.GAUGE,
            "echelon.requests.limit",
            "Requests that may be under way at once: max_in_flight, or fewer while memory is short"),
    FALLBACKS(
            MetricType.COUNTER,
            "echelon.fallbacks",
            "Requests that were not answered by the first tier of their target, by what they fell back to",
            Label.TARGET,
            Label.TO),
    STREAM_INTERRUPTIONS(
            MetricType.COUNTER,
            "echelon.stream.interruptions",
            "Streams that broke off after their first content, callers who left apart",
            Label.INSTANCE,
            Label.OUTCOME),
    STREAM_SKIPPED(
            MetricType.COUNTER,
            "echelon.stream.skipped",
            "Events of providers' streams that could not be read and were left out",
            Label.UPSTREAM),

    ATTEMPTS(
            MetricType.COUNTER,
            "echelon.attempts",
            "Attempts that are over; entry none: limits or breaker said no in the last moment, nothing was sent",
            Label.INSTANCE,
            Label.ENTRY,
            Label.OUTCOME),
    ATTEMPT_DURATION(
            MetricType.TIMER,
            "gen_ai.client.operation.duration",
            "Time an attempt took, the whole of its stream included; only attempts that were sent",
            Label.OPERATION,
            Label.PROVIDER,
            Label.MODEL,
            Label.INSTANCE,
            Label.ERROR),
    TOKENS(
            MetricType.SUMMARY,
            "gen_ai.client.token.usage",
            "Tokens of an answered request, as the provider counted them",
            Label.OPERATION,
            Label.PROVIDER,
            Label.MODEL,
            Label.INSTANCE,
            Label.TOKEN_TYPE),
    ATTEMPTS_IN_FLIGHT(MetricType.GAUGE, "echelon.attempts.in_flight", "Attempts under way", Label.INSTANCE),
    RETURNS_IN_FLIGHT(
            MetricType.GAUGE,
            "echelon.returns.in_flight",
            "Attempts under way that the retry budget counts",
            Label.INSTANCE),
    RETURNS_ALLOWED(
            MetricType.GAUGE,
            "echelon.returns.allowed",
            "Returns that the retry budget allows at once",
            Label.INSTANCE),
    INSTANCE_STATE(
            MetricType.GAUGE,
            "echelon.instance.state",
            "1 for what stands in an instance's way: ready for nothing, else breaker_open, unhealthy, cooling,"
                    + " quarantine, concurrency or rpm; 0 for the rest",
            Label.INSTANCE,
            Label.STATE),
    BREAKER_STATE(
            MetricType.GAUGE,
            "echelon.breaker.state",
            "1 for the state of an instance's breaker (closed, open, half_open), 0 for the rest",
            Label.INSTANCE,
            Label.STATE),
    COOL_DOWN(
            MetricType.GAUGE_SECONDS,
            "echelon.instance.cooldown",
            "How long an instance's model is still left alone, quarantine included; 0 when it is not",
            Label.INSTANCE),

    INSTANCES(
            MetricType.GAUGE,
            "echelon.instances",
            "Instances of echelons, by what stands in their way: ready for nothing",
            Label.STATE),
    PERMITS_IN_USE(MetricType.GAUGE, "echelon.permits.in_use", "Concurrency permits that are taken", Label.ECHELON),
    PERMITS_LEFT(
            MetricType.GAUGE,
            "echelon.permits.left",
            "Concurrency permits that are free; no series without a limit",
            Label.ECHELON),
    QUEUE(MetricType.GAUGE, "echelon.queue", "Requests that wait for a permit", Label.ECHELON),
    RPM_LEFT(
            MetricType.GAUGE,
            "echelon.rpm.left",
            "Attempts that this minute still allows; no series without a limit",
            Label.ECHELON),
    POOL_LEFT(
            MetricType.GAUGE,
            "echelon.pool.requests.left",
            "Requests that a pool's rate limit would take at once; no series without a limit",
            Label.POOL),

    CONNECTIONS_OPEN(MetricType.GAUGE, "echelon.connections.open", "Established connections", Label.UPSTREAM),
    CONNECTIONS_ACTIVE(MetricType.GAUGE, "echelon.connections.active", "Connections that carry a call", Label.UPSTREAM),
    CONNECTIONS_IDLE(MetricType.GAUGE, "echelon.connections.idle", "Connections that carry none", Label.UPSTREAM),
    CONNECTIONS_WAITING(
            MetricType.GAUGE, "echelon.connections.waiting", "Calls that have no connection yet", Label.UPSTREAM),
    CONNECTIONS_OPENED(
            MetricType.COUNTER, "echelon.connections.opened", "Connections that were established", Label.UPSTREAM),
    CONNECTIONS_CLOSED(
            MetricType.COUNTER,
            "echelon.connections.closed",
            "Connections that are gone, whoever closed them",
            Label.UPSTREAM),
    LOOP_DELAY(
            MetricType.GAUGE_SECONDS,
            "echelon.event_loop.delay",
            "The longest that an event loop has kept its work waiting within the last minute",
            Label.LOOP),
    LOOP_BLOCKED(
            MetricType.COUNTER,
            "echelon.event_loop.blocked",
            "Times that an event loop did nothing else for more than a second",
            Label.LOOP),

    CACHE_REQUESTS(
            MetricType.COUNTER,
            "echelon.cache.requests",
            "Requests by what the response cache did: hit, coalesced (shared another's call), miss or bypass",
            Label.TARGET,
            Label.RESULT),
    CACHE_ENTRIES(MetricType.GAUGE, "echelon.cache.entries", "Answers that are kept", Label.CACHE),
    CACHE_SIZE(MetricType.GAUGE_BYTES, "echelon.cache.size", "About what they take in memory", Label.CACHE),
    RECORDING_SIZE(
            MetricType.GAUGE_BYTES,
            "echelon.cache.recording",
            "About what is recorded of answers under way that others may share",
            Label.CACHE),
    CACHE_EVICTIONS(
            MetricType.COUNTER,
            "echelon.cache.evictions",
            "Answers that the response cache gave up: size, to make room for others; expired, at the end of their time",
            Label.CAUSE),
    PROMPTS(
            MetricType.COUNTER,
            "echelon.kafka.prompts",
            "Prompts from Kafka whose answer, or dead letter, the broker has acknowledged",
            Label.TOPIC,
            Label.OUTCOME,
            Label.ERROR),
    PROMPTS_IN_FLIGHT(
            MetricType.GAUGE, "echelon.kafka.in_flight", "Prompts that were read and are being worked on", Label.TOPIC),
    PROMPTS_WAITING(
            MetricType.GAUGE,
            "echelon.kafka.waiting",
            "Prompts that were read and wait: to be tried again, or for the turn of their key",
            Label.TOPIC),
    PROMPTS_OLDEST(
            MetricType.GAUGE_SECONDS,
            "echelon.kafka.oldest",
            "How long ago the oldest of both was read; 0 when there is none",
            Label.TOPIC),
    PARTITIONS(MetricType.GAUGE, "echelon.kafka.partitions", "Partitions that this process reads", Label.TOPIC),
    PARTITIONS_PAUSED(
            MetricType.GAUGE,
            "echelon.kafka.partitions.paused",
            "Those of them that are read no further: too many prompts are open, nobody answers, memory is short or the"
                    + " route rests",
            Label.TOPIC),
    MEMORY_USED(
            MetricType.GAUGE_BYTES,
            "echelon.memory.used",
            "Memory in use: heap, garbage included, and direct, the buffers outside of it",
            Label.MEMORY),
    MEMORY_LIMIT(MetricType.GAUGE_BYTES, "echelon.memory.limit", "What may be used of it at most", Label.MEMORY),
    HEAP_COLLECTED(
            MetricType.GAUGE,
            "echelon.memory.collected",
            "How full the last full collection has left the heap, 0 to 1; 0 before the first"),
    MEMORY_PRESSURE(
            MetricType.GAUGE,
            "echelon.memory.pressure",
            "1 for what is shed while memory is short: caches, then kafka, then requests; 0 for the rest",
            Label.STATE),
    LOG_DROPPED(
            MetricType.COUNTER,
            "echelon.log.dropped",
            "Lines of the log that were left out because the console was slow"),
    GENERATION(MetricType.GAUGE, "echelon.generation", "Number of the configuration's generation that serves");

    /** Stands for whatever the configuration does not name. */
    public static final String OTHER = "other";

    /** Stands for what there is not. */
    public static final String NONE = "none";

    /** Seconds, as OpenTelemetry recommends them for operations and requests. */
    private static final double[] DURATIONS = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };

    /** Seconds, as it recommends them for the first token. */
    private static final double[] FIRST_TOKENS = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0
    };

    /** Tokens, as it recommends them. */
    private static final double[] TOKEN_COUNTS = {
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864
    };

    private final MetricType type;
    private final String metric;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Label> labels;

    MetricNames(MetricType type, String metric, String description, Label... labels) {
        this.type = type;
        this.metric = metric;
        this.description = description;
        this.labels = List.of(labels);
    }

    public MetricType type() {
        return type;
    }

    /** Its name, with dots. */
    public String metric() {
        return metric;
    }

    public String description() {
        return description;
    }

    public List<Label> labels() {
        return labels;
    }

    /** @param values of the labels, in their order */
    Counter counter(MeterRegistry registry, String... values) {
        return Counter.builder(metric)
                .description(description)
                .tags(tags(values))
                .register(registry);
    }

    /**
     * Of what somebody else counts.
     *
     * @param values of the labels, in their order
     */
    void counted(MeterRegistry registry, Supplier<Number> count, String... values) {
        // the object is held weakly, the function is not: a supplier handed in here often has no other owner
        FunctionCounter.builder(metric, this, it -> count.get().doubleValue())
                .description(description)
                .tags(tags(values))
                .register(registry);
    }

    /** @param values of the labels, in their order */
    Timer timer(MeterRegistry registry, String... values) {
        return Timer.builder(metric)
                .description(description)
                .tags(tags(values))
                .serviceLevelObjectives(DoubleStream.of(this == TIME_TO_FIRST_TOKEN ? FIRST_TOKENS : DURATIONS)
                        .mapToObj(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    /** @param values of the labels, in their order */
    DistributionSummary summary(MeterRegistry registry, String... values) {
        return DistributionSummary.builder(metric)
                .description(description)
                .tags(tags(values))
                .serviceLevelObjectives(TOKEN_COUNTS)
                .register(registry);
    }

    /** @param values of the labels, in their order */
    void gauge(MeterRegistry registry, Supplier<Number> value, String... values) {
        Gauge.builder(metric, value)
                .description(description)
                .baseUnit(type.unit())
                .tags(tags(values))
                .strongReference(true)
                .register(registry);
    }

    private Tags tags(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(
                    metric + " has the labels " + labels + ", not " + Arrays.toString(values));
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(labels.get(i).key(), values[i]);
        }
        return tags;
    }
}
