package dev.echelon.ops;

import dev.echelon.domain.DecisionTrace;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Plan;
import dev.echelon.domain.RequestListener.Ended;
import dev.echelon.domain.RouteInfo;
import dev.echelon.route.Target;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The meters of one target. Thread-safe. */
final class TargetMeters {

    static final String OPERATION = "chat";

    private static final String ECHELON = "echelon";
    private static final String POOL = "pool";

    private final Map<String, String> fellTo;
    private final MeterCache<String, Ends> ends;
    private final MeterCache<String, Timer> firstTokens;
    private final MeterCache<String, Counter> fallbacks;
    private final MeterCache<String, Counter> cacheUses;

    /** How often, and after which time, requests ended in one way. */
    private record Ends(Counter count, Timer time) {}

    /** @param fellTo what an answer of an instance counts as, without those of the first tier */
    private TargetMeters(MeterRegistry registry, String target, Map<String, String> fellTo) {
        this.fellTo = fellTo;
        this.ends = new MeterCache<>(outcome -> new Ends(
                MetricNames.REQUESTS.counter(registry, target, outcome),
                MetricNames.REQUEST_DURATION.timer(registry, OPERATION, target, errorOf(outcome))));
        this.firstTokens = new MeterCache<>(any -> MetricNames.TIME_TO_FIRST_TOKEN.timer(registry, OPERATION, target));
        this.fallbacks = new MeterCache<>(to -> MetricNames.FALLBACKS.counter(registry, target, to));
        this.cacheUses = new MeterCache<>(result -> MetricNames.CACHE_REQUESTS.counter(registry, target, result));
    }

    static TargetMeters of(MeterRegistry registry, Target target) {
        return new TargetMeters(registry, target.name(), fellTo(target.plan()));
    }

    static TargetMeters ofOther(MeterRegistry registry) {
        return new TargetMeters(registry, MetricNames.OTHER, Map.of());
    }

    void ended(Ended request) {
        ModelFailure failure = request.failure();
        Ends end = ends.get(Words.outcome(failure == null ? null : failure.kind()));
        end.count().increment();
        end.time().record(request.took());
        Duration firstToken = request.firstToken();
        if (firstToken != null) {
            firstTokens.get(OPERATION).record(firstToken);
        }
        RouteInfo route = request.route();
        if (route != null && !route.replayed()) {
            cacheUses.get(route.cache().result().word()).increment();
        }
        if (failure == null && route != null && !route.isSecondHand()) {
            String to = fellTo.get(route.instance());
            if (to != null) {
                fallbacks.get(to).increment();
            }
        }
    }

    /** OpenTelemetry's {@code error.type}: absent, which for Prometheus is empty, when there was none. */
    static String errorOf(String outcome) {
        return outcome.equals(DecisionTrace.OK) ? "" : outcome;
    }

    private static Map<String, String> fellTo(Plan plan) {
        Map<String, String> found = new HashMap<>();
        List<Plan.Tier> tiers = plan.tiers();
        for (Plan.Tier tier : tiers) {
            Plan.Tier first = tiers.get(0);
            String to = tier.owner().equals(first.owner()) ? ECHELON : POOL;
            for (Plan.Candidate candidate : tier.candidates()) {
                found.putIfAbsent(candidate.instance().id(), tier.equals(first) ? MetricNames.NONE : to);
            }
        }
        found.values().removeIf(MetricNames.NONE::equals);
        return Map.copyOf(found);
    }
}
