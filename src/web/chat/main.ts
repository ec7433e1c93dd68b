/** Where the chat page begins. */
import { h, render } from 'preact';
import { Page } from '#web/chat/views/page';

const root = document.getElementById('page');
if (root !== null) render(h(Page, {}), root);
