package dev.echelon.route;

import dev.echelon.domain.BreakerRules;
import dev.echelon.domain.Instance;
import dev.echelon.model.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A configuration with its references followed: who is under whom, without the instances of disabled providers.
 *
 * @param instances by id, in the order of the files
 * @param echelons by id, {@code fast_group.echelon1}
 * @param groups the ids of their echelons by name, in order of priority
 * @param models instances that a model reference addresses, by reference
 */
record Topology(
        Map<String, Member> instances,
        Map<String, Tier> echelons,
        Map<String, List<String>> groups,
        Map<String, Member> models) {

    /** The members of echelons, then those that model references address. */
    List<Member> members() {
        List<Member> members = new ArrayList<>(instances.values());
        members.addAll(models.values());
        return members;
    }

    /** An instance, how it is reached and what guards it. */
    record Member(Instance instance, Upstream upstream, BreakerRules rules, int concurrency, int rpm) {}

    /** An echelon; never empty. */
    record Tier(String id, String group, int priority, List<Instance> instances) {}
}
