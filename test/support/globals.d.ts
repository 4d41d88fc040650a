// One program holds both Worker and Node code (`tsc -p .`), so both sets of global types meet in it. They differ in one
// point: Node's iterators are disposable and those of the Workers types are not, although V8's are.
interface IterableIterator<T, TReturn, TNext> extends Disposable {}
