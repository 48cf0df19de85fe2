package dev.echelon.bench;

import java.util.List;

/** A load whose upstream is spoken to over TLS. */
record OverTls(String name, Load load) implements Load {

    @Override
    public String description() {
        return load.description() + ", the upstream behind TLS";
    }

    @Override
    public Behaviour upstream() {
        return load.upstream().overTls();
    }

    @Override
    public List<Metric> metrics() {
        return load.metrics();
    }

    @Override
    public void warmUp(Subject.Running subject) throws Exception {
        load.warmUp(subject);
    }

    @Override
    public Sample measure(Subject.Running subject) throws Exception {
        return load.measure(subject);
    }
}
