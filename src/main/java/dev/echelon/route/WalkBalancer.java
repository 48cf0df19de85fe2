package dev.echelon.route;

import dev.echelon.domain.Plan;
import dev.echelon.domain.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.processor.loadbalancer.LoadBalancerSupport;
import org.jspecify.annotations.Nullable;

/**
 * The load balancer of every level. It asks the walk before each step: a step that leads to one of its children is sent
 * there, and when the child is an instance the outcome is written down; a step that leads elsewhere, or nowhere, is
 * handed back to the level above. So a pool rotates, a group goes down its echelons and an echelon goes to its next
 * instance by the same rules, and there is one loop only.
 *
 * <p>Belongs to one route; keeps no state between exchanges. The exchange is not copied for an attempt: an attempt writes
 * to it once, when it ends, and never after.
 */
final class WalkBalancer extends LoadBalancerSupport {

    private final String node;
    private final Map<String, Integer> children = new HashMap<>();

    /**
     * @param node of its own route
     * @param children the nodes of the routes it sends to, in the order in which the route lists them
     */
    WalkBalancer(String node, List<String> children) {
        this.node = node;
        for (int i = 0; i < children.size(); i++) {
            this.children.put(children.get(i), i);
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        return walk(exchange, Call.of(exchange), callback, true);
    }

    private boolean walk(Exchange exchange, Call call, AsyncCallback callback, boolean sync) {
        while (!call.settled()) {
            Step step = call.step();
            if (step.waitNanos() > 0 && !leadsBelow(step)) {
                call.later(step.waitNanos(), () -> {
                    call.waited();
                    walk(exchange, call, callback, false);
                });
                return false;
            }
            String next = childFor(step);
            if (next == null) {
                if (step instanceof Step.GiveUp giveUp && call.target().entry().equals(node)) {
                    call.settle(exchange, giveUp.failure());
                }
                break;
            }
            if (step instanceof Step.Attempt attempt && Nodes.isInstance(next)) {
                call.begin(attempt);
            }
            AsyncProcessor child = doGetProcessors()[children.getOrDefault(next, 0)];
            boolean done = child.process(exchange, doneSync -> {
                if (!doneSync) {
                    call.back(next, step, exchange);
                    walk(exchange, call, callback, false);
                }
            });
            if (!done) {
                return false;
            }
            call.back(next, step, exchange);
        }
        callback.done(sync);
        return sync;
    }

    /** Whether the step is another level's to take, its wait included. */
    private boolean leadsBelow(Step step) {
        String next = childFor(step);
        return step.leadsTo() != null && (next == null || !Nodes.isInstance(next));
    }

    private @Nullable String childFor(Step step) {
        Plan.Candidate candidate = step.leadsTo();
        int here = candidate == null ? -1 : candidate.path().indexOf(node);
        if (candidate == null || here < 0 || here + 1 >= candidate.path().size()) {
            return null;
        }
        String next = candidate.path().get(here + 1);
        return children.containsKey(next) ? next : null;
    }
}
