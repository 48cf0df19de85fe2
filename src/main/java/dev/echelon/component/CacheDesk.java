package dev.echelon.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.echelon.config.RequestDefaults;
import dev.echelon.domain.CacheUse;
import dev.echelon.domain.ChatRequest;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.AnswerKey;
import dev.echelon.store.CacheQuery;
import dev.echelon.store.Fingerprint;
import dev.echelon.store.Flight;
import dev.echelon.store.Outcome;
import dev.echelon.store.Passenger;
import java.time.Duration;
import java.util.Objects;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose answer may be another's: those that would get the same again (temperature 0, or a seed), or all with
 * {@code cache_any}; streamed ones with {@code cache_streams}. What fails for the one who asks, fails for nobody else: each
 * that waited with him asks for himself then, unless the request itself is at fault.
 */
final class CacheDesk implements Desk {

    private final Gateway gateway;
    private final CacheQuery query;
    private final boolean onlyIfCached;

    private CacheDesk(Gateway gateway, CacheQuery query, boolean onlyIfCached) {
        this.gateway = gateway;
        this.query = query;
        this.onlyIfCached = onlyIfCached;
    }

    /** {@code null} for a request that the cache has nothing to do with. */
    @Nullable
    static CacheDesk of(Gateway gateway, Target target, Ask ask, CacheControl control, Message message) {
        RequestDefaults.Cache rules = target.rules().cache();
        boolean streamed = ask.streamSink() != null;
        if (!rules.enabled() || control.noStore() || (streamed && !rules.cacheStreams())) {
            return null;
        }
        ChatRequest request = target.withDefaults(ask.request());
        if (!rules.cacheAny() && !isRepeatable(request)) {
            return null;
        }
        AnswerKey key =
                new AnswerKey(Sharing.tenant(message), target.nameAndIdentity(), Fingerprint.ofQuestion(request));
        Duration maxAge = Objects.requireNonNullElse(control.maxAge(), rules.ttl());
        return new CacheDesk(
                gateway, new CacheQuery(key, streamed, ask.lane(), maxAge, rules.ttl()), control.onlyIfCached());
    }

    private static boolean isRepeatable(ChatRequest request) {
        JsonNode seed = request.extras().get("seed");
        return (request.temperature() != null && request.temperature() == 0) || (seed != null && seed.isNumber());
    }

    CacheQuery query() {
        return query;
    }

    /** What it says of a request that is not answered by it. */
    CacheUse use() {
        return query.wantsNew() ? CacheUse.BYPASS : CacheUse.MISS;
    }

    @Override
    @Nullable
    public Flight enter(Scheduler scheduler, Passenger passenger, @Nullable Outcome failed) {
        if (onlyIfCached) {
            // nobody else is to hear that a model was not asked
            return gateway.responses().enterApart(query, scheduler, passenger);
        }
        return failed == null || failed.outOfTime()
                ? gateway.responses().enter(query, scheduler, passenger)
                : gateway.responses().enterAlone(query, scheduler, passenger);
    }

    @Override
    public boolean triesAgain(Outcome failed) {
        return failed.failure() != null
                && !gateway.isDraining()
                && !(failed.failure() instanceof ModelFailure told
                        && !told.kind().goesOn());
    }

    @Override
    public RouteInfo secondHand(RouteInfo route) {
        return route.fromCache(CacheUse.COALESCED);
    }
}
