package dev.echelon.route;

import dev.echelon.domain.Scheduler;
import dev.echelon.model.EventLoops;
import dev.echelon.model.ModelClient;
import dev.echelon.model.Upstream;
import java.util.Collection;
import java.util.List;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Opens a connection to each address of the current generation on each event loop, so that the first prompts need not
 * wait for handshakes: when the Camel context has started, and when another generation has taken over. Belongs to the
 * {@link Gateway}.
 */
final class WarmUp extends ServiceSupport {

    private static final int MOST_ADDRESSES = 64;

    private final ModelClient client;
    private final EventLoops loops;

    private List<Upstream> upstreams = List.of();
    private boolean started;

    WarmUp(ModelClient client, EventLoops loops) {
        this.client = client;
        this.loops = loops;
    }

    /** @param members of the generation that serves from now on */
    void prepare(Collection<Topology.Member> members) {
        lock.lock();
        try {
            upstreams = members.stream()
                    .map(Topology.Member::upstream)
                    .filter(upstream -> upstream.connections().warmUp())
                    .map(upstream -> upstream.forModel(""))
                    .distinct()
                    .limit(MOST_ADDRESSES)
                    .toList();
            if (started) {
                open();
            }
        } finally {
            lock.unlock();
        }
    }

    private void open() {
        for (Scheduler loop : loops.all()) {
            upstreams.forEach(upstream -> loop.execute(() -> client.warmUp(upstream)));
        }
    }

    @Override
    protected void doStart() {
        started = true;
        open();
    }

    @Override
    protected void doStop() {
        started = false;
    }
}
