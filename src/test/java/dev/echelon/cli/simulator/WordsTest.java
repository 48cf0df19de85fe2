package dev.echelon.cli.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @Test
    void spaceStaysWithTheWordBeforeIt() {
        assertThat(Words.split("two  words\n")).containsExactly("two  ", "words\n");
    }

    @Test
    void everyIdeographIsAWord() {
        assertThat(Words.split("你好 Camel世界")).containsExactly("你", "好 ", "Camel", "世", "界");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "  lead", "a b c", "💬 one 𠀀𠀁 two", "\ud800 lone"})
    void wordsJoinToTheTextAndAreCountedAsSplit(String text) {
        assertThat(String.join("", Words.split(text))).isEqualTo(text);
        assertThat(Words.count(text)).isEqualTo(Words.split(text).size());
    }

    @Test
    void aCutNeverHalvesACharacter() {
        assertThat(Words.cut("ab💬", 3)).isEqualTo("ab…");
        assertThat(Words.cut("ab💬", 4)).isEqualTo("ab💬");
    }
}
