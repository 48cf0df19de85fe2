package dev.echelon.route;

import dev.echelon.config.WrapperConfig.CallDefaults;
import dev.echelon.domain.Instance;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Plan;
import dev.echelon.store.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration of a target gave an answer: which models it asks, where, with whose credential and with which
 * defaults. The same in all generations that do not change that, whatever else they change. Worked out when it is first
 * needed. Thread-safe.
 */
final class TargetIdentity {

    private final Plan plan;
    private final CallDefaults defaults;

    @Nullable
    private volatile String known;

    TargetIdentity(Plan plan, CallDefaults defaults) {
        this.plan = plan;
        this.defaults = defaults;
    }

    /** 64 hexadecimal digits. */
    String digest() {
        String digest = known;
        if (digest == null) {
            List<Object> all = new ArrayList<>();
            all.add(defaults);
            for (Plan.Tier tier : plan.tiers()) {
                all.add(tier.name());
                tier.candidates().forEach(candidate -> add(candidate.instance(), all));
            }
            digest = Fingerprint.ofValue(all);
            known = digest;
        }
        return digest;
    }

    private static void add(Instance instance, List<Object> all) {
        ModelKey key = instance.key();
        all.addAll(Arrays.asList(
                instance.id(),
                key.model(),
                key.baseUrl().toString(),
                Fingerprint.ofCredential(key.credential().reveal()),
                instance.dialect(),
                instance.temperature(),
                instance.maxTokens()));
    }
}
