/**
 * The promises that come with a figure, each as one test that prints what it saw. The suite runs a short form of each,
 * which asserts what does not depend on the machine's speed; {@code mvn -Pgoals test} runs the long form and asserts the
 * times as well.
 */
package dev.echelon.goals;
