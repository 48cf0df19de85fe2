package dev.echelon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.domain.ByteBudget;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

/** What plain answers under way may take of memory. */
class AnswerBodyTest {

    private static final Buffer PIECE = Buffer.buffer(new byte[1_000]);

    private final ByteBudget memory = new ByteBudget(2_500);

    @Test
    void allAnswersTogetherAreBoundedAndWhatIsReleasedIsThereAgain() {
        AnswerBody first = new AnswerBody(true, memory);
        AnswerBody second = new AnswerBody(true, memory);
        assertThat(first.append(PIECE)).isTrue();
        assertThat(second.append(PIECE)).isTrue();
        assertThat(second.append(PIECE)).isFalse();

        first.release();
        first.release();

        assertThat(memory.held()).isEqualTo(1_000);
        assertThat(new AnswerBody(true, memory).append(PIECE)).isTrue();
    }

    @Test
    void anErrorsBodyIsBoundedByItself() {
        AnswerBody error = new AnswerBody(false, memory);
        for (int i = 0; i < 10; i++) {
            assertThat(error.append(PIECE)).isTrue();
        }
        assertThat(memory.held()).isZero();
    }
}
