/// An error in what was asked for (a class that does not occur, a share that cannot be had), as opposed to one in a
/// file's content: it can be found before anything is trained, and only the recipe's author can mend it.
package protocol DescriptionFault: Error {}
