package dev.echelon.ingress.kafka;

/** A record that is open, on its way through Camel. */
final class Taken {

    private final Deliveries deliveries;
    private final Delivery delivery;

    Taken(Deliveries deliveries, Delivery delivery) {
        this.deliveries = deliveries;
        this.delivery = delivery;
    }

    void begin() {
        deliveries.take(delivery);
    }
}
