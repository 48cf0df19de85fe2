package dev.echelon.route;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.RateLimit;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The rate limit of a pool: it counts requests, whoever sends them, and each pool on the way charges its own, once. */
final class PoolGate implements Processor {

    private final String node;
    private final String pool;
    private final RateLimit limit;

    PoolGate(String node, String pool, RateLimit limit) {
        this.node = node;
        this.pool = pool;
        this.limit = limit;
    }

    @Override
    public void process(Exchange exchange) {
        Call call = Call.of(exchange);
        if (!call.entersFirst(node)) {
            return;
        }
        long wait = limit.tryAcquire(call.ticker().nanos());
        if (wait == 0) {
            return;
        }
        ModelFailure failure = ModelFailure.of(FailureKind.SATURATED, pool + " is at its rate limit")
                .withRetryAfter(Duration.ofNanos(wait));
        if (call.target().entry().equals(node)) {
            call.settle(exchange, failure);
        } else {
            call.refuse(node, failure);
            exchange.setException(failure);
        }
    }
}
