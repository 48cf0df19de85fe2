package dev.echelon.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is held is never more than the budget. */
class ByteBudgetTest {

    @Test
    void whatIsTooMuchIsNotHeldAtAll() {
        ByteBudget budget = new ByteBudget(100);

        assertThat(budget.tryHold(60)).isTrue();
        assertThat(budget.tryHold(41)).isFalse();
        assertThat(budget.held()).isEqualTo(60);
        assertThat(budget.tryHold(40)).isTrue();
        budget.release(60);
        assertThat(budget.held()).isEqualTo(40);
        assertThat(budget.tryHold(60)).isTrue();
    }
}
