package dev.echelon.ingress.kafka;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The only step of the route that reads from Kafka: begins with the record and returns at once, so that the next one can be
 * read. A stopping context waits for what has begun.
 */
public final class KafkaIntake extends ServiceSupport implements Processor, ShutdownAware {

    private final TrackingClientFactory consumers;

    KafkaIntake(TrackingClientFactory consumers) {
        this.consumers = consumers;
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().getBody(Taken.class).begin();
    }

    @Override
    public int getPendingExchangesSize() {
        return consumers.running();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask task) {
        return true;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing: what runs is waited for, or repeated by whoever reads the partition next
    }
}
