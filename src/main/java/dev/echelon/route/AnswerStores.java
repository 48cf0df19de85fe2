package dev.echelon.route;

import dev.echelon.config.RequestDefaults;
import dev.echelon.domain.Ticker;
import dev.echelon.store.IdempotencyStore;
import dev.echelon.store.ResponseCache;
import dev.echelon.store.SecondLevel;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;
import org.jspecify.annotations.Nullable;

/** What is kept of answers, in the bounds of the first configuration: it outlives generations. */
record AnswerStores(IdempotencyStore idempotency, ResponseCache responses) {

    private static final long MIB = 1024 * 1024;

    static AnswerStores of(RequestDefaults defaults, CamelContext context, Ticker ticker) {
        RequestDefaults.Idempotency keys = defaults.idempotency();
        RequestDefaults.Cache cache = defaults.cache();
        return new AnswerStores(
                new IdempotencyStore(
                        new IdempotencyStore.Bounds(
                                keys.ttl(), keys.maxEntries(), keys.maxSizeMb() * MIB, keys.maxAnswerMb() * MIB),
                        ticker),
                new ResponseCache(
                        new ResponseCache.Bounds(cache.maxSize(), cache.maxSizeMb() * MIB, cache.maxAnswerMb() * MIB),
                        ticker,
                        new Bound(context)::find));
    }

    /** @param share of their bounds that they may use, 0 to 1 */
    void hold(double share) {
        responses.hold(share);
        idempotency.hold(share);
    }

    /** A second level in Camel's registry; looked up once, when it is first needed: whoever binds one has done so then. */
    private static final class Bound {

        private final CamelContext context;
        private volatile boolean sought;

        @Nullable
        private volatile SecondLevel found;

        Bound(CamelContext context) {
            this.context = context;
        }

        Optional<SecondLevel> find() {
            if (!sought) {
                found = CamelContextHelper.findSingleByType(context, SecondLevel.class);
                sought = true;
            }
            return Optional.ofNullable(found);
        }
    }
}
