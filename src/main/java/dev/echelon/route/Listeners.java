package dev.echelon.route;

import dev.echelon.domain.RequestListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells several; one that throws harms neither the request nor the others. */
final class Listeners implements RequestListener {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<RequestListener> all = new CopyOnWriteArrayList<>();

    void add(RequestListener listener) {
        all.add(listener);
    }

    @Override
    public void began(Began request) {
        tell(listener -> listener.began(request));
    }

    @Override
    public void attempted(Attempted attempt) {
        tell(listener -> listener.attempted(attempt));
    }

    @Override
    public void ended(Ended request) {
        tell(listener -> listener.ended(request));
    }

    private void tell(Consumer<RequestListener> event) {
        for (RequestListener listener : all) {
            try {
                event.accept(listener);
            } catch (RuntimeException broken) {
                LOG.error("{} failed", listener.getClass().getSimpleName(), broken);
            }
        }
    }
}
