package dev.echelon.bench;

import java.util.Map;

/** The upstream itself: what load generator and upstream can do with nothing between. */
record Direct() implements Subject {

    static final String NAME = "direct";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Running start(Workshop workshop) {
        return new Running(
                NAME,
                new Callers.Endpoint(workshop.upstreams().get(0), Map.of()),
                workshop.upstream(),
                workshop.upstream(),
                false);
    }
}
