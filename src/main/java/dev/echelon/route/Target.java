package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.config.WrapperConfig.CallDefaults;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.Plan;
import dev.echelon.domain.Walk;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may ask for.
 *
 * @param name as in headers and logs
 * @param entry the node of the route that the request enters
 * @param rules what holds for every request of its kind
 * @param defaults of the wrapper it was reached through
 * @param identity of its configuration
 */
public record Target(
        String name,
        String entry,
        Plan plan,
        Walk walk,
        RequestDefaults rules,
        CallDefaults defaults,
        TargetIdentity identity) {

    /** What a request may take; a caller's own limit can only shorten it. */
    public Duration deadline(@Nullable Duration callers) {
        Duration own = Objects.requireNonNullElse(defaults.requestDeadline(), rules.requestDeadline());
        return callers == null || callers.compareTo(own) > 0 ? own : callers;
    }

    /** The request with the wrapper's defaults in it. */
    public ChatRequest withDefaults(ChatRequest request) {
        return defaults.equals(CallDefaults.NONE)
                ? request
                : request.withSampling(
                        firstOf(request.temperature(), defaults.temperature()),
                        firstOf(request.topP(), defaults.topP()),
                        firstOf(request.maxTokens(), defaults.maxTokens()));
    }

    private static <T> @Nullable T firstOf(@Nullable T callers, @Nullable T ours) {
        return callers != null ? callers : ours;
    }

    /** Its name, and a digest of what its configuration says about who answers: no answer outlives a change of that. */
    public String nameAndIdentity() {
        return name + "#" + identity.digest();
    }

    static Target of(String name, String entry, Plan plan, RequestDefaults rules, CallDefaults defaults) {
        Walk walk = new Walk(new Walk.Rules(rules.patience(), rules.maxReturns(), rules.retryBudget()));
        return new Target(name, entry, plan, walk, rules, defaults, new TargetIdentity(plan, defaults));
    }
}
