package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.config.WrapperConfig.CallDefaults;
import dev.echelon.domain.Plan;
import dev.echelon.domain.Walk;

/**
 * What a caller may ask for.
 *
 * @param name as in headers and logs
 * @param entry the node of the route that the request enters
 * @param rules what holds for every request of its kind
 * @param defaults of the wrapper it was reached through
 */
public record Target(String name, String entry, Plan plan, Walk walk, RequestDefaults rules, CallDefaults defaults) {

    static Target of(String name, String entry, Plan plan, RequestDefaults rules, CallDefaults defaults) {
        Walk walk = new Walk(new Walk.Rules(rules.patience(), rules.maxReturns(), rules.retryBudget()));
        return new Target(name, entry, plan, walk, rules, defaults);
    }
}
