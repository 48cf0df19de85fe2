package dev.echelon.route;

import dev.echelon.domain.Cancellation;
import dev.echelon.domain.HedgeGate;
import dev.echelon.domain.ModelKey;
import dev.echelon.domain.Scheduler;
import java.util.function.BiConsumer;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A plain request that gets a second attempt beside its first when that is slow. Whoever answers first wins, the other is
 * cancelled; when one fails the other's outcome counts. Used on the request's event loop only.
 */
final class HedgedRequest {

    private final Exchange exchange;
    private final Call first;
    private final AsyncProcessor entry;
    private final HedgeGate gate;
    private final Cancellation cancelFirst;
    private final Cancellation cancelSecond = new Cancellation();
    private final Cancellation callers;
    private final BiConsumer<Call, Boolean> done;
    private Scheduler.Timer timer = Scheduler.Timer.NONE;

    @Nullable
    private Call second;

    @Nullable
    private Exchange copy;

    @Nullable
    private ModelKey hedged;

    private boolean firstOver;
    private boolean secondRuns;
    private boolean secondWon;
    private boolean finished;

    /**
     * @param first whose cancellation is {@code cancelFirst}
     * @param done gets the call whose outcome the exchange carries, and whether all happened synchronously
     */
    HedgedRequest(
            Exchange exchange,
            Call first,
            AsyncProcessor entry,
            HedgeGate gate,
            Cancellation cancelFirst,
            Cancellation callers,
            BiConsumer<Call, Boolean> done) {
        this.exchange = exchange;
        this.first = first;
        this.entry = entry;
        this.gate = gate;
        this.cancelFirst = cancelFirst;
        this.callers = callers;
        this.done = done;
    }

    boolean start() {
        callers.onCancel(cancelFirst::cancel);
        callers.onCancel(cancelSecond::cancel);
        long delay = gate.begin();
        if (delay != HedgeGate.NEVER) {
            timer = first.scheduler().schedule(delay, this::hedge);
        }
        return entry.process(exchange, this::firstIsOver);
    }

    private void hedge() {
        if (firstOver || callers.isCancelled() || !first.isOnItsFirstAttempt() || !gate.tryHedge()) {
            return;
        }
        Exchange other = exchange.copy();
        Call hedge = first.hedge(cancelSecond);
        hedge.attachTo(other);
        copy = other;
        second = hedge;
        secondRuns = true;
        entry.process(other, sync -> secondIsOver(other, hedge));
        if (secondRuns) {
            // whom the second asks is tried, as far as the first is concerned
            hedged = hedge.runningModel();
            first.exclude(hedged);
        }
    }

    private void firstIsOver(boolean sync) {
        firstOver = true;
        timer.cancel();
        if (exchange.getException() == null) {
            if (second == null) {
                gate.answered(first.tookNanos());
            }
            cancelSecond.cancel();
            finish(sync);
        } else if (!secondRuns) {
            finish(sync);
        }
    }

    private void secondIsOver(Exchange other, Call hedge) {
        secondRuns = false;
        if (hedge.attempts() == 0) {
            gate.giveBack();
            first.include(hedged);
        }
        if (other.getException() == null && !finished && !firstAnswered()) {
            secondWon = true;
            cancelFirst.cancel();
        }
        if (firstOver) {
            finish(false);
        }
    }

    private void finish(boolean sync) {
        if (finished || (secondRuns && !firstAnswered())) {
            return;
        }
        finished = true;
        Call winner = first;
        if (second != null && copy != null) {
            if (secondWon) {
                winner = second;
                exchange.setException(null);
                exchange.getMessage().setBody(copy.getMessage().getBody());
                second.attachTo(exchange);
            }
            winner.absorb(secondWon ? first : second);
        }
        done.accept(winner, sync);
    }

    private boolean firstAnswered() {
        return firstOver && exchange.getException() == null;
    }
}
