package dev.echelon.route;

import dev.echelon.domain.FailureKind;
import dev.echelon.domain.ModelFailure;
import dev.echelon.domain.Step;
import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.Traceable;
import org.apache.camel.spi.IdAware;
import org.apache.camel.spi.RouteIdAware;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker EIP of our routes, asynchronous: it takes, of the breaker of the instance that is being asked, a permission, lets the guarded steps run, and records in
 * their callback. Camel 4.18's own blocks the caller meanwhile. Only the failure kinds that say something about the
 * provider count; after the others the permission goes back unused.
 */
final class BreakerProcessor extends AsyncProcessorSupport
        implements Navigate<Processor>, Traceable, IdAware, RouteIdAware {

    private final AsyncProcessor guarded;

    @Nullable
    private String id;

    @Nullable
    private String routeId;

    BreakerProcessor(Processor guarded) {
        this.guarded = AsyncProcessorConverterHelper.convert(guarded);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Call call = Call.of(exchange);
        AttemptRun run = call.run();
        InstanceBreaker.Permission permission =
                run.state().breaker().acquire(run.step().entry() == Step.Entry.PROBE);
        if (permission == null) {
            exchange.setException(ModelFailure.of(FailureKind.UNAVAILABLE, "the circuit breaker is open"));
            callback.done(true);
            return true;
        }
        long start = call.ticker().nanos();
        return guarded.process(exchange, doneSync -> {
            record(permission, exchange.getException(), call, run, call.ticker().nanos() - start);
            callback.done(doneSync);
        });
    }

    private static void record(
            InstanceBreaker.Permission permission, @Nullable Exception thrown, Call call, AttemptRun run, long nanos) {
        if (thrown == null) {
            permission.succeeded(nanos);
        } else if (run.wasSent() && !run.wasStale() && counts(thrown, call, run.step())) {
            permission.failed(nanos, thrown);
        } else {
            permission.release();
        }
    }

    private static boolean counts(Exception thrown, Call call, Step.Attempt attempt) {
        if (!(thrown instanceof ModelFailure failure)) {
            return true;
        }
        boolean ourDeadline = failure.kind() == FailureKind.TIMEOUT && attempt.cutShort() && !call.committed();
        return failure.kind().countsForBreaker() && !failure.isOurs() && !ourDeadline;
    }

    @Override
    public List<Processor> next() {
        return List.of(guarded);
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public String getTraceLabel() {
        return "circuitBreaker";
    }

    @Override
    public @Nullable String getId() {
        return id;
    }

    @Override
    public void setId(String newId) {
        id = newId;
    }

    @Override
    public @Nullable String getRouteId() {
        return routeId;
    }

    @Override
    public void setRouteId(String newRouteId) {
        routeId = newRouteId;
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(guarded);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(guarded);
    }
}
