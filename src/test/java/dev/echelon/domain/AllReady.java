package dev.echelon.domain;

/** Nothing stands in anybody's way. */
class AllReady implements InstanceStates {

    @Override
    public Condition condition(Instance instance, long now) {
        return Condition.READY;
    }

    @Override
    public int inFlight(Instance instance) {
        return 0;
    }

    @Override
    public int returnsInFlight(Instance instance) {
        return 0;
    }

    @Override
    public boolean probeable(Instance instance, long now) {
        return false;
    }
}
