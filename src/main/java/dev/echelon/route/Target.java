package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.config.WrapperConfig.CallDefaults;
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
 */
public record Target(String name, String entry, Plan plan, Walk walk, RequestDefaults rules, CallDefaults defaults) {

    /** What a request may take; a caller's own limit can only shorten it. */
    public Duration deadline(@Nullable Duration callers) {
        Duration own = Objects.requireNonNullElse(defaults.requestDeadline(), rules.requestDeadline());
        return callers == null || callers.compareTo(own) > 0 ? own : callers;
    }

    static Target of(String name, String entry, Plan plan, RequestDefaults rules, CallDefaults defaults) {
        Walk walk = new Walk(new Walk.Rules(rules.patience(), rules.maxReturns(), rules.retryBudget()));
        return new Target(name, entry, plan, walk, rules, defaults);
    }
}
