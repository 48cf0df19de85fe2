package dev.echelon.component;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RouteInfo;
import dev.echelon.domain.Scheduler;
import dev.echelon.route.Ask;
import dev.echelon.route.Gateway;
import dev.echelon.route.Target;
import dev.echelon.store.AnswerKey;
import dev.echelon.store.Outcome;
import dev.echelon.store.SecondLevel;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * One request that may share its answer: by its idempotency key, by the response cache, or by both, the key first.
 */
final class Sharing {

    private static final String ANONYMOUS = "anonymous";

    private final Gateway gateway;
    private final Target target;
    private final Ask ask;
    private final boolean onlyIfCached;

    @Nullable
    private final CacheDesk cache;

    @Nullable
    private final AnswerKey idempotencyKey;

    private Sharing(
            Gateway gateway,
            Target target,
            Ask ask,
            boolean onlyIfCached,
            @Nullable CacheDesk cache,
            @Nullable AnswerKey idempotencyKey) {
        this.gateway = gateway;
        this.target = target;
        this.ask = cache == null ? ask : ask.withCache(cache.use());
        this.onlyIfCached = onlyIfCached;
        this.cache = cache;
        this.idempotencyKey = idempotencyKey;
    }

    /**
     * @return {@code null} for a request that shares nothing
     * @throws ModelFailure 400 when its idempotency key is none
     */
    @Nullable
    static Sharing of(Gateway gateway, Ask ask, Message message) throws ModelFailure {
        String key = IdempotencyDesk.key(message);
        Target target = gateway.generation().target(ask.target());
        if (target == null) {
            return null;
        }
        CacheControl control = CacheControl.of(message.getHeader(LlmConstants.CACHE_CONTROL, String.class));
        CacheDesk cache = CacheDesk.of(gateway, target, ask, control, message);
        return cache == null && key == null && !control.onlyIfCached()
                ? null
                : new Sharing(
                        gateway,
                        target,
                        ask,
                        control.onlyIfCached(),
                        cache,
                        key == null ? null : new AnswerKey(tenant(message), target.name(), key));
    }

    /** Whose request it is. */
    static String tenant(Message message) {
        String header = message.getHeader(LlmConstants.TENANT, String.class);
        if (header != null) {
            return header;
        }
        return message.getExchange().getProperty(LlmConstants.TENANT_PROPERTY) instanceof Supplier<?> told
                ? String.valueOf(told.get())
                : ANONYMOUS;
    }

    /** A plain answer from the cache, on any thread; {@code null} when there is none. */
    @Nullable
    Outcome atOnce() {
        if (cache == null || idempotencyKey != null || ask.streamSink() != null) {
            return null;
        }
        long start = gateway.ticker().nanos();
        SecondLevel.Found found = gateway.responses().find(cache.query());
        if (found == null) {
            return null;
        }
        Outcome outcome = found.answer().outcome(found.age(), false);
        Unrouted.ended(gateway, ask, target, outcome, false, start);
        return outcome;
    }

    /** As {@link Way#ask}. */
    void ask(Exchange exchange, Scheduler scheduler, Consumer<Outcome> done) {
        Way way = onlyIfCached ? this::refuse : Way.through(gateway);
        if (cache != null) {
            way = SharedRequest.before(new SecondLevelWay(gateway, target, cache.query(), way), gateway, target, cache);
        }
        if (idempotencyKey != null) {
            way = SharedRequest.before(
                    way, gateway, target, new IdempotencyDesk(gateway.idempotency(), idempotencyKey, ask));
        }
        way.ask(exchange, ask, scheduler, done);
    }

    /** In place of a model, for one who wants none to be asked. */
    private void refuse(Exchange exchange, Ask refused, Scheduler scheduler, Consumer<Outcome> done) {
        ModelFailure failure = ModelFailure.of(
                        FailureKind.INVALID_REQUEST, "there is no cached answer, and the request wants no other")
                .withStatus(504)
                .withCode("not_cached")
                .withParam("Cache-Control");
        RouteInfo route =
                new RouteInfo(target.name(), "", "", 0, gateway.generation().id(), "");
        Outcome outcome = new Outcome(null, failure, route.withCache(refused.cache()), null, false);
        Unrouted.ended(
                gateway, refused, target, outcome, false, gateway.ticker().nanos());
        done.accept(outcome);
    }
}
