/** Can a text have something that is shown other than as it is written? Most have nothing, and are shown without the code for it. */
export const isMarked = (text: string): boolean => /[*_`~]|^ *([->]|\d+[.)]) |:\/\/|www\.|\S@\w/im.test(text);
