package dev.echelon.ingress.kafka;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which prompts have been read and may not begin yet: those whose key is another's turn, and those suspected of ending the
 * process, which wait for each other. Used by one thread.
 */
final class Admission {

    private final CrashLog crashLog;
    private final Backlog backlog;
    private final boolean orderByKey;
    private final KeyOrder<Object, Delivery> order = new KeyOrder<>();
    private final Suspects suspects = new Suspects();

    /** @param backlog has those that wait */
    Admission(CrashLog crashLog, Backlog backlog, boolean orderByKey) {
        this.crashLog = crashLog;
        this.backlog = backlog;
        this.orderByKey = orderByKey;
    }

    /** Whether a prompt that has been read may begin. */
    boolean enter(Delivery delivery) {
        if (!orderByKey || order.enter(delivery.key(), delivery)) {
            return mayBegin(delivery);
        }
        backlog.add(delivery);
        return false;
    }

    /** The same for one whose turn it is. */
    boolean mayBegin(Delivery delivery) {
        int deaths = crashLog.deaths(delivery.id());
        boolean isSuspect = deaths >= CrashLog.SUSPECT && deaths < CrashLog.GUILTY;
        if (isSuspect) {
            suspects.add(delivery);
            backlog.add(delivery);
        }
        return !isSuspect;
    }

    /** It is over; who may begin now that its turn is, {@code null} for nobody. */
    @Nullable
    Delivery leave(Delivery delivery) {
        Delivery next = orderByKey ? order.leave(delivery.key()) : null;
        return next != null && mayBegin(next) ? next : null;
    }

    /** The suspect that may begin; {@code null} while another is under way, or none waits. */
    @Nullable
    Delivery suspect() {
        return suspects.next();
    }

    /** It is under way no more. */
    void stopped(Delivery delivery) {
        suspects.stopped(delivery);
    }

    boolean hasSuspects() {
        return !suspects.isEmpty();
    }

    /** Forgets those of partitions that were taken away; which of them had the turn of their key. */
    List<Delivery> removeRevoked() {
        order.removeIf(delivery -> delivery.tracker().isRevoked());
        return suspects.removeRevoked();
    }
}
