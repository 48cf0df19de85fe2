package dev.echelon.config;

import dev.echelon.config.PoolConfig.FallbackStrategy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Do pools fall back to each other in a circle? Groups cannot: the fallbacks of a group's fallback are not followed. */
final class PoolCycles {

    private final Draft draft;
    private final Report report;
    private final Set<String> done = new HashSet<>();

    private PoolCycles(Draft draft, Report report) {
        this.draft = draft;
        this.report = report;
    }

    static void check(Draft draft, Report report) {
        PoolCycles cycles = new PoolCycles(draft, report);
        draft.pools().keySet().forEach(name -> cycles.follow(name, new ArrayList<>()));
    }

    private void follow(String name, List<String> path) {
        Located<PoolConfig> pool = draft.pools().get(name);
        if (pool == null
                || pool.value().fallback().strategy() != FallbackStrategy.POOL_FALLBACK
                || done.contains(name)) {
            return;
        }
        path.add(name);
        for (String next : pool.value().fallback().pools()) {
            int start = path.indexOf(next);
            if (start >= 0) {
                report.error(
                        pool.element(next, "fallback", "fallback_pools"),
                        "pool.fallback.fallback_pools leads in a circle: "
                                + String.join(" -> ", path.subList(start, path.size())) + " -> " + next
                                + "; take " + Shown.text(next) + " out");
            } else {
                follow(next, path);
            }
        }
        path.remove(path.size() - 1);
        done.add(name);
    }
}
